import type { Run } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import { IconGitCommit, IconShieldCheck } from '@tabler/icons-react';
import { shortCommit } from '../../shared/format/figures.ts';
import { useNames } from '../../shared/live/use-names.ts';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { CheckList } from '../../shared/ui/check-list.tsx';
import { CopyCode } from '../../shared/ui/copy-code.tsx';
import { Empty } from '../../shared/ui/empty.tsx';
import { ReceiptView } from '../../shared/ui/receipt-view.tsx';
import { Time } from '../../shared/ui/time.tsx';
import styles from './run-proof.module.css';

/** The project's own check at the end of the run, and the receipt of every task. */
export function RunProof({ run, tasks }: { run: Run; tasks: readonly Task[] }) {
  const proven = tasks.filter((task) => task.receipt);
  if (run.checks.length === 0 && proven.length === 0) {
    return (
      <Empty
        icon={IconShieldCheck}
        title="Nothing proven yet"
        text="Receipts appear as tasks finish; the project's check runs at the end."
      />
    );
  }
  return (
    <div className={styles['proof']}>
      {run.checks.length > 0 && (
        <section>
          <h3>Project check</h3>
          <CheckList checks={run.checks} />
        </section>
      )}
      {proven.map((task) => (
        <section key={task.id}>
          <h3>{task.title}</h3>
          {task.receipt && <ReceiptView receipt={task.receipt} />}
        </section>
      ))}
    </div>
  );
}

/** What has landed on the run's branch, the newest first. */
export function RunCommits({ run, tasks }: { run: Run; tasks: readonly Task[] }) {
  const names = useNames();
  const open = useOpen();
  const landed = tasks.filter((task) => task.landed).toSorted((a, b) => (b.finishedAt ?? 0) - (a.finishedAt ?? 0));
  if (landed.length === 0) {
    return (
      <Empty
        icon={IconGitCommit}
        title="No commits yet"
        text={
          run.branch ? `Verified work lands on ${run.branch}.` : 'This project has no git; files are changed in place.'
        }
      />
    );
  }
  return (
    <div className={styles['commits']}>
      <ol>
        {landed.map((task) => (
          <li key={task.id}>
            <IconGitCommit size={15} aria-hidden />
            <CopyCode text={task.landed?.commit ?? ''} shown={shortCommit(task.landed?.commit ?? '')} />
            <button type="button" className="fk-plain fk-link fk-clip" onClick={() => open.task(task.id)}>
              {task.title}
            </button>
            <span className="fk-faint fk-clip">{task.lastAgentId && names.agent(task.lastAgentId)}</span>
            <span className="fk-faint fk-figure">{task.receipt?.fileCount ?? 0} files</span>
            {task.finishedAt !== undefined && <Time at={task.finishedAt} />}
          </li>
        ))}
      </ol>
      {run.branch && <CopyCode text={`git log --oneline ${run.branch}`} />}
    </div>
  );
}
