import { type Run, runEnded } from '@fusion-kit/domain/run';
import { IconGitBranch } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { count, timeOfDay, tokens, usd } from '../../shared/format/figures.ts';
import { sameFields, useLive } from '../../shared/live/use-live.ts';
import { Elapsed } from '../../shared/ui/elapsed.tsx';
import { CopyText } from '../../shared/ui/copy-text.tsx';
import { runFigures } from './run-figures.ts';
import { RunStateBadge } from './run-state-badge.tsx';
import { TaskProgress } from './task-progress.tsx';
import styles from './kpi-strip.module.css';

/** How a run stands, at a glance. */
export function KpiStrip({ run }: { run: Run }) {
  const figures = useLive((store) => runFigures(store, run), sameFields);
  const { usage } = run;
  return (
    <div className={styles['strip']}>
      <Kpi name="Run" wide note={<RunPlace run={run} />}>
        <RunStateBadge run={run} />
      </Kpi>
      <Kpi name="Tasks" wide note={<TaskProgress figures={figures} />} testId="kpi-tasks">
        {count(figures.completed)}
        <small>/{count(figures.tasks)} done</small>
      </Kpi>
      <Kpi
        name="Agents"
        note={runEnded(run.state) ? 'released' : `${figures.agents - figures.agentsWorking} at rest`}
        testId="kpi-agents"
      >
        {figures.agentsWorking}
        <small>/{figures.agents} working</small>
      </Kpi>
      <Kpi name="Elapsed" note={`since ${timeOfDay(run.startedAt)}`} testId="kpi-elapsed">
        <Elapsed since={run.startedAt} until={run.finishedAt} />
      </Kpi>
      <Kpi
        name="Tokens"
        note={`${tokens(usage.inputTokens)} in · ${tokens(usage.outputTokens)} out`}
        testId="kpi-tokens"
      >
        {tokens(usage.inputTokens + usage.outputTokens)}
      </Kpi>
      <Kpi name="Cost" note={`${count(usage.calls)} model ${usage.calls === 1 ? 'call' : 'calls'}`} testId="kpi-cost">
        {usd(usage.costUsd, usage.unpricedCalls)}
      </Kpi>
    </div>
  );
}

/** Where the work is found: its branch, where there is one. */
const RunPlace = ({ run }: { run: Run }) =>
  run.branch === undefined ? run.name : <CopyText text={run.branch} icon={IconGitBranch} />;

interface KpiProps {
  name: string;
  children: ReactNode;
  note?: ReactNode;
  wide?: boolean;
  testId?: string;
}

const Kpi = ({ name, children, note, wide = false, testId }: KpiProps) => (
  <section className={styles['kpi']} aria-label={name} data-wide={wide} data-testid={testId}>
    <h2>{name}</h2>
    <div className={styles['figure']}>{children}</div>
    <div className={styles['note']}>{note}</div>
  </section>
);
