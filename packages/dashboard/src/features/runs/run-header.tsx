import { type Run, runEnded } from '@fusion-kit/domain/run';
import { Button } from '@mantine/core';
import { IconBan, IconClock, IconGitBranch, IconGitFork, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useSend } from '../../shared/api/use-send.ts';
import { dateAndTime, elapsed, shortCommit } from '../../shared/format/figures.ts';
import { useNames } from '../../shared/live/use-names.ts';
import { useNow } from '../../shared/live/use-now.ts';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { ForkButton } from '../../shared/start/fork-button.tsx';
import { ConfirmButton } from '../../shared/ui/confirm-button.tsx';
import { CopyCode } from '../../shared/ui/copy-code.tsx';
import { FailureNote } from '../../shared/ui/failure-note.tsx';
import styles from './run-header.module.css';

/** A run's name, branch and what may be done with it. */
export function RunHeader({ run }: { run: Run }) {
  return (
    <div className={styles['header']}>
      <div className={styles['line']}>
        <h1>{run.name}</h1>
        {run.workflowVersion !== undefined && <span className="fk-faint">v{run.workflowVersion}</span>}
        <div className={styles['actions']}>
          <RunActions run={run} />
        </div>
      </div>
      <div className={styles['facts']}>
        {run.branch && (
          <span className={styles['branch']}>
            <IconGitBranch size={14} aria-label="branch" />
            <CopyCode text={run.branch} />
          </span>
        )}
        {run.base && run.head && (
          <span className="fk-mono">
            {shortCommit(run.base)}
            {run.head !== run.base && ` → ${shortCommit(run.head)}`}
          </span>
        )}
        <span>started {dateAndTime(run.startedAt)}</span>
        {run.forkOf && <ForkedFrom fork={run.forkOf} />}
        {run.deadlineAt !== undefined && !runEnded(run.state) && <Deadline at={run.deadlineAt} />}
        {run.concurrency !== undefined && <span>at most {run.concurrency} at once</span>}
        {Object.entries(run.inputs).map(([name, value]) => (
          <span key={name} className="fk-clip">
            {name}: <code className="fk-mono">{value}</code>
          </span>
        ))}
      </div>
      {run.failure && <FailureNote failure={run.failure} />}
    </div>
  );
}

function RunActions({ run }: { run: Run }) {
  const { send, sending } = useSend();
  if (runEnded(run.state))
    return run.state === 'completed' ? null : <ForkButton run={run}>Run again what did not complete</ForkButton>;
  const change = (action: 'pause' | 'resume' | 'cancel') => void send('PATCH', `/runs/${run.id}`, { action });
  return (
    <>
      {run.state === 'paused' ? (
        <Button disabled={sending} leftSection={<IconPlayerPlay size={14} />} onClick={() => change('resume')}>
          Resume
        </Button>
      ) : (
        <Button
          variant="default"
          disabled={sending || run.phase === 'checking'}
          leftSection={<IconPlayerPause size={14} />}
          onClick={() => change('pause')}
        >
          Pause
        </Button>
      )}
      {run.workflowId && (
        <ConfirmButton
          disabled={sending}
          leftSection={<IconBan size={14} />}
          question={`Cancel ${run.name}? Its open tasks are cancelled and its team is let go. What has landed stays on the branch.`}
          confirm="Cancel the run"
          onConfirm={() => change('cancel')}
        >
          Cancel run
        </ConfirmButton>
      )}
    </>
  );
}

/** The run whose work this one goes on from. */
function ForkedFrom({ fork }: { fork: NonNullable<Run['forkOf']> }) {
  const names = useNames();
  const open = useOpen();
  return (
    <span className={styles['branch']} data-testid="forked-from">
      <IconGitFork size={14} aria-hidden />
      <span>
        goes on from{' '}
        <button type="button" className={`fk-plain fk-link ${styles['from']}`} onClick={() => open.run(fork.runId)}>
          {names.run(fork.runId)}
        </button>
        {fork.node !== undefined && `, from ${fork.node} on`}
      </span>
    </span>
  );
}

function Deadline({ at }: { at: number }) {
  const left = at - useNow();
  return (
    <span className={styles['branch']} title={dateAndTime(at)}>
      <IconClock size={14} aria-hidden />
      <span className="fk-figure">{left > 0 ? `${elapsed(left)} until its deadline` : 'its deadline has passed'}</span>
    </span>
  );
}
