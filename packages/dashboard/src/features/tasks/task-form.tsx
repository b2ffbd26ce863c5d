import { NewTask } from '@fusion-kit/domain/api';
import type { Project } from '@fusion-kit/domain/project';
import { Button, Modal, NumberInput, TagsInput, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useSend } from '../../shared/api/use-send.ts';
import styles from './task-form.module.css';

const BLANK = { title: '', prompt: '', requires: [] as string[], verify: '', priority: 5 as number | string };

/** Gives the project's agents a task by hand. */
export function TaskForm({ project, onClose }: { project: Project; onClose: (given: boolean) => void }) {
  const [draft, setDraft] = useState(BLANK);
  const [problem, setProblem] = useState<{ field: string; message: string }>();
  const { send, sending } = useSend();
  const set = (change: Partial<typeof BLANK>) => setDraft((before) => ({ ...before, ...change }));
  const error = (field: string) => (problem?.field === field ? problem.message : undefined);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { title, prompt, requires, verify, priority } = draft;
    const commands = verify.split('\n').filter((line) => line.trim() !== '');
    const parsed = NewTask.safeParse({
      project: project.id,
      title,
      requires,
      priority: Number(priority),
      work: { kind: 'agent', prompt, verify: commands },
    });
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      setProblem({
        field: String(issue?.path.at(issue.path[0] === 'work' ? 1 : 0) ?? ''),
        message: issue?.message ?? 'not valid',
      });
      return;
    }
    if (await send('POST', '/tasks', parsed.data)) onClose(true);
  };

  return (
    <Modal opened onClose={() => onClose(false)} title={`A task for ${project.name}`}>
      <form className={styles['form']} onSubmit={(event) => void submit(event)}>
        <TextInput
          label="Title"
          required
          data-autofocus
          value={draft.title}
          error={error('title')}
          onChange={(event) => set({ title: event.currentTarget.value })}
        />
        <Textarea
          label="What is to be done"
          required
          autosize
          minRows={4}
          maxRows={14}
          value={draft.prompt}
          error={error('prompt')}
          onChange={(event) => set({ prompt: event.currentTarget.value })}
        />
        <Textarea
          label="Verify with"
          description="Commands that fusion-kit runs on the result, one a line"
          placeholder="npm test"
          autosize
          minRows={1}
          className={styles['code'] ?? ''}
          value={draft.verify}
          error={error('verify')}
          onChange={(event) => set({ verify: event.currentTarget.value })}
        />
        <div className={styles['pair']}>
          <TagsInput
            label="Requires"
            placeholder="capability"
            value={draft.requires}
            error={error('requires')}
            onChange={(requires) => set({ requires })}
          />
          <NumberInput
            label="Priority"
            description="9 goes first"
            inputWrapperOrder={['label', 'input', 'error']}
            min={0}
            max={9}
            value={draft.priority}
            error={error('priority')}
            onChange={(priority) => set({ priority })}
          />
        </div>
        <div className={styles['end']}>
          <Button variant="default" onClick={() => onClose(false)}>
            Cancel
          </Button>
          <Button type="submit" loading={sending}>
            Give the task
          </Button>
        </div>
      </form>
    </Modal>
  );
}
