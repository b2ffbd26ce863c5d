import { page, ProviderView, type WorkflowView } from '@fusion-kit/domain/api';
import type { Workflow } from '@fusion-kit/domain/workflow';
import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useRequest } from '../../shared/api/use-request.ts';
import { InputFields } from '../../shared/start/input-fields.tsx';
import { StartFrame } from '../../shared/start/start-frame.tsx';
import styles from '../../shared/start/start-form.module.css';

const Providers = page(ProviderView);

interface StartFormProps {
  workflow: Workflow;
  definition: WorkflowView['definition'];
  onClose: () => void;
}

/** Asks for what a workflow is given and starts a run of its latest version. */
export function StartForm({ workflow, definition, onClose }: StartFormProps) {
  const [given, setGiven] = useState<Record<string, string>>(() =>
    Object.fromEntries(Object.entries(definition.inputs).map(([name, input]) => [name, input.default ?? ''])),
  );
  const [model, setModel] = useState('');
  const [provider, setProvider] = useState<string | null>(null);
  const providers = useRequest('/providers', Providers);
  const known = providers.state === 'ready' ? providers.answer.items : [];
  const body = () => ({
    inputs: Object.fromEntries(
      Object.entries(given).filter(([name, value]) => value !== (definition.inputs[name]?.default ?? '')),
    ),
    ...(provider && { provider }),
    ...(model.trim() && { model: model.trim() }),
  });
  return (
    <StartFrame title={`Start ${workflow.name}`} path={`/workflows/${workflow.id}/start`} body={body} onClose={onClose}>
      <InputFields
        inputs={Object.entries(definition.inputs).map(([name, input]) => ({
          name,
          description: input.description,
          given: given[name] ?? '',
          required: input.default === undefined,
        }))}
        onChange={(name, value) => setGiven((before) => ({ ...before, [name]: value }))}
      />
      <div className={styles['pair']}>
        <Select
          label="Provider"
          placeholder="as its team says"
          clearable
          data={known.map(({ id, status }) => ({ value: id, label: status.ok ? id : `${id} (not ready)` }))}
          value={provider}
          onChange={setProvider}
        />
        <TextInput
          label="Model"
          placeholder={known.find(({ id }) => id === provider)?.defaultModel ?? 'as its team says'}
          value={model}
          onChange={(event) => setModel(event.currentTarget.value)}
        />
      </div>
    </StartFrame>
  );
}
