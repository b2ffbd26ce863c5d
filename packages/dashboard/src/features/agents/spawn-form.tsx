import { NewAgent, page, ProviderView } from '@fusion-kit/domain/api';
import type { Project } from '@fusion-kit/domain/project';
import { Button, Modal, NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useRequest } from '../../shared/api/use-request.ts';
import { useSend } from '../../shared/api/use-send.ts';
import styles from './spawn-form.module.css';

const Providers = page(ProviderView);
const BLANK = {
  name: '',
  provider: '',
  model: '',
  instructions: '',
  costUsd: '' as number | string,
  capabilities: [] as string[],
  subscriptions: [] as string[],
};

/** Asks for what an agent needs and spawns it. */
export function SpawnForm({ project, onClose }: { project: Project; onClose: () => void }) {
  const [draft, setDraft] = useState(BLANK);
  const [problem, setProblem] = useState<{ field: string; message: string }>();
  const providers = useRequest('/providers', Providers);
  const { send, sending } = useSend();
  const set = (change: Partial<typeof BLANK>) => setDraft((before) => ({ ...before, ...change }));
  const error = (field: string) => (problem?.field === field ? problem.message : undefined);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const parsed = NewAgent.safeParse(requestOf(project, draft));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      setProblem({ field: String(issue?.path[0] ?? ''), message: issue?.message ?? 'not valid' });
      return;
    }
    setProblem(undefined);
    if (await send('POST', '/agents', parsed.data)) onClose();
  };

  const known = providers.state === 'ready' ? providers.answer.items : [];
  const chosen = known.find((provider) => provider.id === draft.provider);
  return (
    <Modal opened onClose={onClose} title={`Spawn an agent in ${project.name}`}>
      <form className={styles['form']} onSubmit={(event) => void submit(event)}>
        <TextInput
          label="Name"
          placeholder="builder"
          required
          data-autofocus
          value={draft.name}
          error={error('name')}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <div className={styles['pair']}>
          <Select
            label="Provider"
            placeholder={providers.state === 'loading' ? 'loading…' : 'the default'}
            clearable
            data={known.map(({ id, status }) => ({ value: id, label: status.ok ? id : `${id} (not ready)` }))}
            value={draft.provider || null}
            error={providers.state === 'failed' ? providers.error.message : error('provider')}
            onChange={(provider) => set({ provider: provider ?? '' })}
          />
          <TextInput
            label="Model"
            placeholder={chosen?.defaultModel ?? 'the default'}
            value={draft.model}
            error={error('model')}
            onChange={(event) => set({ model: event.currentTarget.value })}
          />
        </div>
        {chosen?.status.failure && (
          <p className={styles['warning']} role="alert">
            {chosen.status.failure.message}. {chosen.status.failure.remedy}
          </p>
        )}
        <TagsInput
          label="Capabilities"
          description="What tasks may require of it"
          placeholder="typescript"
          value={draft.capabilities}
          error={error('capabilities')}
          onChange={(capabilities) => set({ capabilities })}
        />
        <TagsInput
          label="Reads topics"
          description="plan.ready, or with wildcards: agent.*.status, plan.>"
          value={draft.subscriptions}
          error={error('subscriptions')}
          onChange={(subscriptions) => set({ subscriptions })}
        />
        <Textarea
          label="Instructions"
          autosize
          minRows={2}
          maxRows={8}
          value={draft.instructions}
          error={error('instructions')}
          onChange={(event) => set({ instructions: event.currentTarget.value })}
        />
        <NumberInput
          label="Budget"
          prefix="$"
          placeholder="none"
          min={0}
          decimalScale={2}
          value={draft.costUsd}
          error={error('budget')}
          onChange={(costUsd) => set({ costUsd })}
        />
        <div className={styles['end']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={sending}>
            Spawn
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function requestOf(project: Project, draft: typeof BLANK): NewAgent {
  const { name, provider, model, instructions, capabilities, subscriptions, costUsd } = draft;
  return {
    project: project.id,
    name: name.trim(),
    capabilities,
    subscriptions,
    ...(provider && { provider }),
    ...(model && { model }),
    ...(instructions && { instructions }),
    ...(Number(costUsd) > 0 && { budget: { costUsd: Number(costUsd) } }),
  };
}
