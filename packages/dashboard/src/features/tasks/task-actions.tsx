import { Button, Select } from '@mantine/core';
import { runEnded } from '@fusion-kit/domain/run';
import { isEnded, isHeld, type Task } from '@fusion-kit/domain/task';
import { IconBan, IconPlayerTrackNext, IconRefresh } from '@tabler/icons-react';
import { useSend } from '../../shared/api/use-send.ts';
import { ownNodeOf } from '../../shared/live/inside.ts';
import { useLive } from '../../shared/live/use-live.ts';
import { ForkButton } from '../../shared/start/fork-button.tsx';
import { ConfirmButton } from '../../shared/ui/confirm-button.tsx';
import styles from './task-actions.module.css';

const PRIORITIES = Array.from({ length: 10 }, (_, at) => ({ value: String(9 - at), label: `Priority ${9 - at}` }));

/** What may be done with a task in its present state. */
export function TaskActions({ task }: { task: Task }) {
  return (
    <div className={styles['actions']}>{isEnded(task.state) ? <Again task={task} /> : <Change task={task} />}</div>
  );
}

function Change({ task }: { task: Task }) {
  const { send, sending } = useSend();
  const change = (body: unknown) => void send('PATCH', `/tasks/${task.id}`, body);
  const isInHands = isHeld(task) && task.phase !== 'landing';
  return (
    <>
      {task.state === 'queued' && (
        <Select
          aria-label="Priority"
          className={styles['priority'] ?? ''}
          data={PRIORITIES}
          value={String(task.priority)}
          allowDeselect={false}
          disabled={sending}
          onChange={(chosen) => change({ action: 'reprioritize', priority: Number(chosen) })}
        />
      )}
      {isInHands && (
        <Button
          variant="default"
          disabled={sending}
          leftSection={<IconRefresh size={14} />}
          title="The task goes back to the queue and on in the same conversation"
          onClick={() => change({ action: 'restart' })}
        >
          Start again
        </Button>
      )}
      {(task.state === 'queued' || (task.state === 'running' && !isHeld(task))) && (
        <ConfirmButton
          disabled={sending}
          leftSection={<IconPlayerTrackNext size={14} />}
          question={`Skip ${task.node}? Tasks that need it completed are skipped too; those that accept a skipped one go on.`}
          confirm="Skip the task"
          onConfirm={() => change({ action: 'skip' })}
        >
          Skip
        </ConfirmButton>
      )}
      <ConfirmButton
        disabled={sending || task.phase === 'landing'}
        leftSection={<IconBan size={14} />}
        question={`Cancel ${task.node}? Tasks that need it are cancelled too.`}
        confirm="Cancel the task"
        onConfirm={() => change({ action: 'cancel' })}
      >
        Cancel task
      </ConfirmButton>
    </>
  );
}

/** What has ended is done anew in a run of its own; of what runs inside another, the node of the workflow around it is. */
function Again({ task }: { task: Task }) {
  const own = useLive((store) => ownNodeOf(store, task));
  const run = useLive((store) => store.world.get('runs', task.runId));
  if (!run || (task.state === 'cancelled' && !runEnded(run.state))) return null;
  return (
    <ForkButton run={run} node={own.node}>
      {own.id === task.id ? 'Run again from here' : `Run again from ${own.node}`}
    </ForkButton>
  );
}
