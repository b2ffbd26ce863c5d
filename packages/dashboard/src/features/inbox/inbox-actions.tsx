import { Button } from '@mantine/core';
import type { AgentId } from '@fusion-kit/domain/ids';
import type { Run } from '@fusion-kit/domain/run';
import type { ProcessSign, Task } from '@fusion-kit/domain/task';
import { IconBan, IconCheck, IconFileText, IconRefresh } from '@tabler/icons-react';
import type * as z from 'zod';
import { useSend } from '../../shared/api/use-send.ts';
import { PROCESS_WORDS } from '../../shared/format/process-words.ts';
import { ownNodeOf } from '../../shared/live/inside.ts';
import { useLive } from '../../shared/live/use-live.ts';
import { useNames } from '../../shared/live/use-names.ts';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { ForkButton } from '../../shared/start/fork-button.tsx';
import { Elapsed } from '../../shared/ui/elapsed.tsx';
import { ConfirmButton } from '../../shared/ui/confirm-button.tsx';
import styles from './inbox-card.module.css';

/** What can be done about an agent that makes no progress. */
export function StalledActions({ task, process }: { task: Task; process: z.infer<typeof ProcessSign> }) {
  const { send, sending } = useSend();
  const names = useNames();
  const agentId = task.dispatch?.agentId;
  return (
    <>
      <p className={styles['said']}>
        Nothing was heard of {agentId ? <strong>{names.agent(agentId)}</strong> : 'its agent'} for{' '}
        <Elapsed since={task.stalled?.since} />; {PROCESS_WORDS[process]}.
      </p>
      <div className={styles['actions']}>
        <Button
          disabled={sending}
          leftSection={<IconRefresh size={14} />}
          title="The task goes back to the queue and on in the same conversation"
          onClick={() => void send('PATCH', `/tasks/${task.id}`, { action: 'restart' })}
        >
          Start again
        </Button>
        <LogButton task={task} />
        <ConfirmButton
          disabled={sending}
          leftSection={<IconBan size={14} />}
          question={`Cancel ${task.node}? Tasks that need it are cancelled too.`}
          confirm="Cancel the task"
          onConfirm={() => void send('PATCH', `/tasks/${task.id}`, { action: 'cancel' })}
        >
          Cancel task
        </ConfirmButton>
      </div>
    </>
  );
}

/** What can be done about an agent that could not be made ready, once what kept it is mended. */
export function BlockedActions({ agentId }: { agentId: AgentId }) {
  const { send, sending } = useSend();
  const names = useNames();
  return (
    <div className={styles['actions']}>
      <Button
        disabled={sending}
        leftSection={<IconRefresh size={14} />}
        onClick={() => void send('PATCH', `/agents/${agentId}`, { action: 'respawn' })}
      >
        Try {names.agent(agentId)} again
      </Button>
    </div>
  );
}

/** What can be done about a task that failed for good while its run goes on. */
export function FailureActions({ task, run }: { task: Task; run: Run }) {
  const { send, sending } = useSend();
  const own = useLive((store) => ownNodeOf(store, task));
  return (
    <div className={styles['actions']}>
      <ForkButton run={run} node={own.node}>
        Run again from there
      </ForkButton>
      <LogButton task={task} />
      <Button
        variant="default"
        disabled={sending}
        leftSection={<IconCheck size={14} />}
        title="It leaves the inbox; nothing else changes"
        onClick={() => void send('PATCH', `/tasks/${task.id}`, { action: 'dismiss' })}
      >
        Seen
      </Button>
    </div>
  );
}

function LogButton({ task }: { task: Task }) {
  const open = useOpen();
  return (
    <Button variant="default" leftSection={<IconFileText size={14} />} onClick={() => open.task(task.id)}>
      Look at its log
    </Button>
  );
}
