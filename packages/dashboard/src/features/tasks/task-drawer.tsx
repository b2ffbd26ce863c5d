import { expressionsOf, innerOf, proofOf, templatesOf } from '@fusion-kit/domain/node';
import { openQuestions } from '@fusion-kit/domain/questions';
import { isOfHouse, type Task } from '@fusion-kit/domain/task';
import { IconAlertTriangleFilled } from '@tabler/icons-react';
import { ApprovalAnswer } from '../../shared/answer/approval-answer.tsx';
import { QuestionAnswer } from '../../shared/answer/question-answer.tsx';
import { PROCESS_WORDS } from '../../shared/format/process-words.ts';
import { workLine } from '../../shared/format/work-line.ts';
import { useLive } from '../../shared/live/use-live.ts';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { TranscriptView } from '../../shared/transcript/transcript-view.tsx';
import { Elapsed } from '../../shared/ui/elapsed.tsx';
import { FailureNote } from '../../shared/ui/failure-note.tsx';
import { ReceiptView } from '../../shared/ui/receipt-view.tsx';
import { DrawerSection, SideDrawer } from '../../shared/ui/side-drawer.tsx';
import { TaskBadge } from '../../shared/ui/task-badge.tsx';
import { TextBlock } from '../../shared/ui/text-block.tsx';
import { TaskActions } from './task-actions.tsx';
import { TaskFacts } from './task-facts.tsx';
import { TaskInside } from './task-inside.tsx';
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
        {task && <code className="fk-mono fk-faint fk-clip">{task.node}</code>}
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
  const { work } = task;
  const asked = Object.values({ ...templatesOf(work), ...expressionsOf(work), ...innerOf(work).expressions }).join(
    '\n',
  );
  const { verify } = proofOf(work);
  const open = openQuestions(task);
  const isAsking = work.kind === 'approval' && task.state === 'running';
  return (
    <>
      {isAsking && (
        <section className={styles['asks']} aria-label="Answer">
          <ApprovalAnswer task={task} />
        </section>
      )}
      {open.map((question) => (
        <section key={question.id} className={styles['asks']} aria-label="Answer">
          <QuestionAnswer task={task} question={question} />
        </section>
      ))}
      <TaskActions task={task} />
      {task.stalled && <StalledNote stalled={task.stalled} />}
      {task.failure && (
        <div className={styles['failure']}>
          <FailureNote failure={task.failure} />
        </div>
      )}
      <DrawerSection title="About">
        <TaskFacts task={task} />
      </DrawerSection>
      <TaskInside task={task} />
      <TaskNeeds task={task} />
      {!isAsking && (
        <DrawerSection title={work.kind === 'approval' ? 'Asked' : 'Asked for'}>
          <p className={styles['prose']}>{asked || workLine(work)}</p>
          {verify.length > 0 && (
            <p className={styles['verify']}>
              Verified by{' '}
              {verify.map((command) => (
                <code key={command}>{command}</code>
              ))}
            </p>
          )}
        </DrawerSection>
      )}
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
      {!isOfHouse(task) && (
        <DrawerSection title={work.kind === 'agent' ? 'Conversation' : 'Log'}>
          <TranscriptView
            taskId={task.id}
            agentId={task.dispatch?.agentId}
            {...(work.kind !== 'agent' && { nothing: 'Nothing yet: what it runs and prints appears here.' })}
          />
        </DrawerSection>
      )}
    </>
  );
}

/** That nothing was heard of it for a while, and what can be told of its process. */
const StalledNote = ({ stalled }: { stalled: NonNullable<Task['stalled']> }) => (
  <p className={styles['stalled']} role="note">
    <IconAlertTriangleFilled size={15} aria-hidden />
    <span>
      No progress for <Elapsed since={stalled.since} />; {PROCESS_WORDS[stalled.process]}.
    </span>
  </p>
);
