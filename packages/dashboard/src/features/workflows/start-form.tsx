import { page, ProviderView, type WorkflowView } from '@fusion-kit/domain/api';
import type { Workflow } from '@fusion-kit/domain/workflow';
import { Button, Modal, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useRequest } from '../../shared/api/use-request.ts';
import { InputFields } from '../../shared/start/input-fields.tsx';
import { useStart } from '../../shared/start/use-start.ts';
import { FailureNote } from '../../shared/ui/failure-note.tsx';
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
  const { start, starting, refused } = useStart();
  const known = providers.state === 'ready' ? providers.answer.items : [];
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const inputs = Object.fromEntries(
      Object.entries(given).filter(([name, value]) => value !== (definition.inputs[name]?.default ?? '')),
    );
    const body = { inputs, ...(provider && { provider }), ...(model.trim() && { model: model.trim() }) };
    if (await start(`/workflows/${workflow.id}/start`, body)) onClose();
  };
  return (
    <Modal opened onClose={onClose} title={`Start ${workflow.name}`}>
      <form className={styles['form']} onSubmit={(event) => void submit(event)}>
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
        {refused && <FailureNote failure={refused.toJSON()} />}
        <div className={styles['end']}>
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" loading={starting} data-autofocus>
            Start the run
          </Button>
        </div>
      </form>
    </Modal>
  );
}
