import type { AgentId } from '@fusion-kit/domain/ids';
import { Skeleton } from '@mantine/core';
import { IconArrowRight, IconInbox, IconMessageQuestion, IconUserCheck } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useLive } from '../live/use-live.ts';
import { FailureNote } from '../ui/failure-note.tsx';
import { TextBlock } from '../ui/text-block.tsx';
import { Time } from '../ui/time.tsx';
import { ToolPassage } from './tool-passage.tsx';
import { type Passage, transcriptOf } from './transcript.ts';
import { useTaskLog } from './use-task-log.ts';
import styles from './transcript.module.css';

interface TranscriptProps {
  taskId: string;
  agentId?: AgentId | undefined;
  /** What is said while there is nothing to show. */
  nothing?: string;
}

/** The conversation of an agent with its model about a task: as it was, and as it goes on. */
export function TranscriptView({
  taskId,
  agentId,
  nothing = 'Nothing yet: the conversation begins when an agent starts the task.',
}: TranscriptProps) {
  const log = useTaskLog(taskId);
  const passages = useMemo(() => transcriptOf(log.entries), [log.entries]);
  const writing = useLive((store) => {
    const activity =
      agentId && store.world.get('agents', agentId)?.taskId === taskId ? store.activity(agentId) : undefined;
    return activity?.kind === 'writing' ? activity.text : undefined;
  });
  if (log.state === 'failed' && log.error) return <FailureNote failure={log.error.toJSON()} />;
  if (log.state === 'loading' && passages.length === 0) return <Skeleton height={80} />;
  if (passages.length === 0 && !writing) return <p className="fk-faint">{nothing}</p>;
  return (
    <ol className={styles['transcript']}>
      {passages.map((passage) => (
        <li key={passage.seq}>
          <PassageView passage={passage} />
        </li>
      ))}
      {writing && (
        <li aria-hidden>
          <div className={styles['said']}>
            <TextBlock text={writing.slice(-4_000)} />
            <span className={styles['caret']} />
          </div>
        </li>
      )}
    </ol>
  );
}

function PassageView({ passage }: { passage: Passage }) {
  switch (passage.kind) {
    case 'opened':
      return (
        <details className={styles['opened']}>
          <summary>
            Prompt as the model got it <Time at={passage.at} />
          </summary>
          <h4>System</h4>
          <TextBlock text={passage.system} code />
          <h4>Task</h4>
          <TextBlock text={passage.prompt} code />
        </details>
      );
    case 'told':
      return (
        <div className={styles['told']}>
          <IconInbox size={14} aria-label="told" />
          <TextBlock text={passage.text} />
        </div>
      );
    case 'said':
      return (
        <div className={styles['said']}>
          <TextBlock text={passage.text} />
        </div>
      );
    case 'asked':
      return (
        <div className={styles['asked']}>
          <IconMessageQuestion size={14} aria-label="asks" />
          <div>
            <TextBlock text={passage.text} />
            {passage.options.length > 0 && <p className="fk-dim">{passage.options.join(' · ')}</p>}
          </div>
        </div>
      );
    case 'answered':
      return (
        <div className={styles['told']}>
          <IconUserCheck size={14} aria-label="answered" />
          <div>
            <strong>{passage.by}</strong> answered
            {passage.option !== undefined && (
              <>
                : <strong>{passage.option}</strong>
              </>
            )}
            {passage.text !== undefined && <TextBlock text={passage.text} />}
          </div>
        </div>
      );
    case 'tool':
      return <ToolPassage use={passage} />;
    case 'turning':
      return (
        <div className={styles['turning']}>
          <IconArrowRight size={13} aria-hidden />
          <span>
            {passage.text}
            {passage.failure && `: ${passage.failure.message}`}
          </span>
          <Time at={passage.at} />
        </div>
      );
  }
}
