import { proofOf, templatesOf } from '@fusion-kit/domain/node';
import type { Task } from '@fusion-kit/domain/task';
import { dateAndTime, shortCommit, tokens, usd } from '../../shared/format/figures.ts';
import { taskNote } from '../../shared/live/task-waits.ts';
import { useLive } from '../../shared/live/use-live.ts';
import { useNames } from '../../shared/live/use-names.ts';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { TranscriptView } from '../../shared/transcript/transcript-view.tsx';
import { CopyCode } from '../../shared/ui/copy-code.tsx';
import { Elapsed } from '../../shared/ui/elapsed.tsx';
import { Facts } from '../../shared/ui/facts.tsx';
import { FailureNote } from '../../shared/ui/failure-note.tsx';
import { ReceiptView } from '../../shared/ui/receipt-view.tsx';
import { DrawerSection, SideDrawer } from '../../shared/ui/side-drawer.tsx';
import { TaskBadge } from '../../shared/ui/task-badge.tsx';
import { TextBlock } from '../../shared/ui/text-block.tsx';
import { TaskActions } from './task-actions.tsx';
import { TaskNeeds } from './task-needs.tsx';
import styles from './task-drawer.module.css';

/** Everything about one task: what was asked, what it waits for, what was said, what was proven. */
export function TaskDrawer({ taskId }: { taskId: string }) {
  const task = useLive((store) => store.world.get('tasks', taskId));
  const open = useOpen();
  const title = (
    <span className={styles['title']}>
      <span className={styles['name']}>
        <strong className="fk-clip">{task?.title ?? 'Unknown task'}</strong>
        {task && <code className="fk-mono fk-faint">{task.node}</code>}
      </span>
      {task && <TaskBadge task={task} />}
    </span>
  );
  return (
    <SideDrawer title={title} onClose={open.close} testId="task-drawer">
      {task ? (
        <Content task={task} />
      ) : (
        <p>This task is not among those the page knows; its run may have ended long ago.</p>
      )}
    </SideDrawer>
  );
}

function Content({ task }: { task: Task }) {
  const names = useNames();
  const open = useOpen();
  const note = useLive((store) => taskNote(store, task, names, Date.now()));
  const agentId = task.dispatch?.agentId ?? task.lastAgentId;
  const asked = Object.values(templatesOf(task.work)).join('\n');
  const { verify } = proofOf(task.work);
  return (
    <>
      <TaskActions task={task} />
      {task.failure && <FailureNote failure={task.failure} />}
      <DrawerSection title="About">
        <Facts
          facts={{
            [task.state === 'queued' ? 'Waiting' : 'Note']: task.failure && task.state !== 'queued' ? undefined : note,
            Agent: agentId && (
              <button type="button" className="fk-link fk-plain" onClick={() => open.agent(agentId)}>
                {names.agent(agentId)}
              </button>
            ),
            Priority: task.priority,
            Requires: task.requires.join(', '),
            Dispatch:
              task.fence > 0 &&
              `${task.fence}${task.attempts > 0 ? `, ${task.attempts} failed` : ''} of at most ${task.retry.limit + 1} attempts`,
            Time: <Elapsed since={task.startedAt} until={task.finishedAt} />,
            Tokens: `${tokens(task.usage.inputTokens)} in · ${tokens(task.usage.outputTokens)} out`,
            Cost: usd(task.usage.costUsd, task.usage.unpricedCalls),
            Landed: task.landed && (
              <CopyCode
                text={task.landed.commit}
                shown={`${shortCommit(task.landed.commit)} on ${task.landed.ref.replace('refs/heads/', '')}`}
              />
            ),
            Created: dateAndTime(task.createdAt),
          }}
        />
      </DrawerSection>
      <TaskNeeds task={task} />
      <DrawerSection title="Asked for">
        <p className={styles['prose']}>{asked}</p>
        {verify.length > 0 && (
          <p className={styles['verify']}>
            Verified by{' '}
            {verify.map((command) => (
              <code key={command}>{command}</code>
            ))}
          </p>
        )}
      </DrawerSection>
      {task.receipt && (
        <DrawerSection title="Receipt" note="collected by fusion-kit, not by the agent">
          <ReceiptView receipt={task.receipt} />
        </DrawerSection>
      )}
      {task.outputs && Object.keys(task.outputs).length > 0 && (
        <DrawerSection title="Outputs">
          {Object.entries(task.outputs).map(([name, value]) => (
            <div key={name} className={styles['output']}>
              <code>{name}</code>
              <TextBlock text={value} />
            </div>
          ))}
        </DrawerSection>
      )}
      <DrawerSection title="Conversation">
        <TranscriptView taskId={task.id} agentId={task.dispatch?.agentId} />
      </DrawerSection>
    </>
  );
}
