import { type Run, runEnded } from '@fusion-kit/domain/run';
import { Button } from '@mantine/core';
import { IconBan, IconGitBranch, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useSend } from '../../shared/api/use-send.ts';
import { dateAndTime, shortCommit } from '../../shared/format/figures.ts';
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
  if (runEnded(run.state)) return null;
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
