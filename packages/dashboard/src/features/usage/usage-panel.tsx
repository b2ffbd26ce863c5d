import { Skeleton } from '@mantine/core';
import { IconChartLine } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useLive } from '../../shared/live/use-live.ts';
import { useScopeRun } from '../../shared/navigation/scope.ts';
import { ChoiceBar } from '../../shared/ui/choice-bar.tsx';
import { Empty } from '../../shared/ui/empty.tsx';
import { Panel } from '../../shared/ui/panel.tsx';
import type { Measure } from './usage-series.ts';
import styles from './usage-panel.module.css';

const UsageChart = lazy(() => import('./usage-chart.tsx').then((module) => ({ default: module.UsageChart })));
const MEASURES = [
  { value: 'tokens', text: 'Tokens' },
  { value: 'costUsd', text: 'Cost' },
] as const;

/** What each agent of the run has used, over time. */
export function UsagePanel({ className }: { className?: string | undefined }) {
  const [measure, setMeasure] = useState<Measure>('tokens');
  const run = useScopeRun();
  const any = useLive((store) => store.calls.some((call) => call.runId === run?.id));
  return (
    <Panel
      title="Usage"
      className={className}
      flush
      actions={<ChoiceBar label="Measure" choices={MEASURES} value={measure} onChange={setMeasure} />}
    >
      {any && run ? (
        <div className={styles['chart']}>
          <Suspense fallback={<Skeleton height="100%" />}>
            <UsageChart run={run} measure={measure} />
          </Suspense>
        </div>
      ) : (
        <Empty
          icon={IconChartLine}
          title="No model calls yet"
          text="Tokens and cost of each agent, as the provider reports them."
        />
      )}
    </Panel>
  );
}
