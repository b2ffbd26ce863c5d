import { Select } from '@mantine/core';
import { isEnded, type Task } from '@fusion-kit/domain/task';
import { IconBan } from '@tabler/icons-react';
import { useSend } from '../../shared/api/use-send.ts';
import { ConfirmButton } from '../../shared/ui/confirm-button.tsx';
import styles from './task-actions.module.css';

const PRIORITIES = Array.from({ length: 10 }, (_, at) => ({ value: String(9 - at), label: `Priority ${9 - at}` }));

/** What may be done with a task in its present state. */
export function TaskActions({ task }: { task: Task }) {
  const { send, sending } = useSend();
  if (isEnded(task.state)) return null;
  return (
    <div className={styles['actions']}>
      {task.state === 'queued' && (
        <Select
          aria-label="Priority"
          className={styles['priority'] ?? ''}
          data={PRIORITIES}
          value={String(task.priority)}
          allowDeselect={false}
          disabled={sending}
          onChange={(chosen) =>
            void send('PATCH', `/tasks/${task.id}`, { action: 'reprioritize', priority: Number(chosen) })
          }
        />
      )}
      <ConfirmButton
        disabled={sending || task.phase === 'landing'}
        leftSection={<IconBan size={14} />}
        question={`Cancel ${task.node}? Tasks that need it are cancelled too.`}
        confirm="Cancel the task"
        onConfirm={() => void send('PATCH', `/tasks/${task.id}`, { action: 'cancel' })}
      >
        Cancel task
      </ConfirmButton>
    </div>
  );
}
