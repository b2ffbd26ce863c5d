import type { InboxItem } from '@fusion-kit/domain/inbox';
import { useLive } from '../../shared/live/use-live.ts';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { ApprovalAnswer } from '../../shared/answer/approval-answer.tsx';
import { QuestionAnswer } from '../../shared/answer/question-answer.tsx';
import { Elapsed } from '../../shared/ui/elapsed.tsx';
import { FailureNote } from '../../shared/ui/failure-note.tsx';
import { INBOX_LOOKS } from './inbox-look.ts';
import { BlockedActions, FailureActions, StalledActions } from './inbox-actions.tsx';
import styles from './inbox-card.module.css';

/** One thing that waits for a person, with all that is needed to settle it here. */
export function InboxCard({ item, place }: { item: InboxItem; place: number }) {
  const task = useLive((store) => store.world.get('tasks', item.taskId));
  const run = useLive((store) => store.world.get('runs', item.runId));
  const project = useLive((store) => store.world.get('projects', item.projectId)?.name);
  const open = useOpen();
  if (!task || !run) return null;
  const { icon: Icon, word, tone } = INBOX_LOOKS[item.kind];
  const question = item.kind === 'question' && task.questions?.find(({ id }) => id === item.questionId);
  return (
    <article
      className={styles['card']}
      data-tone={tone}
      data-testid={`inbox-${item.node}`}
      data-kind={item.kind}
      data-inbox-place={place}
      aria-label={`${item.title}, ${word}`}
      tabIndex={-1}
      onKeyDown={(event) => {
        // on the card itself the keys are those of its answer
        if (event.target !== event.currentTarget) return;
        const button = event.currentTarget.querySelector<HTMLButtonElement>(`[data-option-key="${event.key}"]`);
        if (!button || event.metaKey || event.ctrlKey || event.altKey) return;
        event.preventDefault();
        button.click();
      }}
    >
      <header>
        <Icon size={17} aria-hidden />
        <h3>
          <button type="button" className="fk-plain fk-link" onClick={() => open.task(task.id)}>
            {item.title}
          </button>
        </h3>
        <span className={styles['word']}>{word}</span>
        <span className={styles['since']} title="waiting since">
          <Elapsed since={item.since} />
        </span>
      </header>
      <p className={styles['where']}>
        <code className="fk-mono">{item.node}</code> in{' '}
        <button type="button" className="fk-plain fk-link" onClick={() => open.run(run.id)}>
          {run.name}
        </button>
        , {project}
      </p>
      {item.kind === 'approval' && <ApprovalAnswer task={task} />}
      {question && <QuestionAnswer task={task} question={question} />}
      {item.kind === 'blocked' && (
        <>
          <FailureNote failure={item.failure} />
          <BlockedActions agentId={item.agentId} />
        </>
      )}
      {item.kind === 'stalled' && <StalledActions task={task} process={item.process} />}
      {item.kind === 'failure' && (
        <>
          <FailureNote failure={item.failure} />
          <FailureActions task={task} run={run} />
        </>
      )}
    </article>
  );
}
