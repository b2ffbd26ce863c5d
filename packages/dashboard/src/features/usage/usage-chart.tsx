import type { Run } from '@fusion-kit/domain/run';
import { useComputedColorScheme } from '@mantine/core';
import {
  Chart as ChartJs,
  type ChartData,
  type ChartOptions,
  Filler,
  Legend,
  LinearScale,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js';
import { useMemo } from 'react';
import { Line } from 'react-chartjs-2';
import { elapsed, tokens, usd } from '../../shared/format/figures.ts';
import { useLive } from '../../shared/live/use-live.ts';
import { useNames } from '../../shared/live/use-names.ts';
import { useNow } from '../../shared/live/use-now.ts';
import { type Measure, timeStep, usageSeries } from './usage-series.ts';

ChartJs.register(LineElement, PointElement, LinearScale, Tooltip, Legend, Filler);

/** Running totals by agent, as stepped lines. The same figures stand in the agent list, so the drawing is hidden from readers. */
export function UsageChart({ run, measure }: { run: Run; measure: Measure }) {
  const calls = useLive((store) => store.calls);
  const names = useNames();
  const scheme = useComputedColorScheme('light');
  const now = useNow();
  const until = run.finishedAt ?? now;
  const series = useMemo(
    () =>
      usageSeries(
        calls.filter((call) => call.runId === run.id),
        measure,
        { since: run.startedAt, until },
      ),
    [calls, run.id, run.startedAt, measure, until],
  );
  const data = useMemo<ChartData<'line', { x: number; y: number }[]>>(() => {
    const colour = colourOf(scheme);
    return {
      datasets: series.map(({ agentId, points }, at) => ({
        label: names.agent(agentId),
        data: [{ x: 0, y: 0 }, ...points],
        borderColor: colour(`--fk-chart-${at + 1}`),
        backgroundColor: colour(`--fk-chart-${at + 1}`),
        borderWidth: 1.75,
        stepped: 'before' as const,
        pointRadius: 0,
        pointHitRadius: 12,
      })),
    };
  }, [series, names, scheme]);
  const seconds = Math.max(1, (until - run.startedAt) / 1_000);
  const options = useMemo(() => optionsOf(colourOf(scheme), measure, seconds), [scheme, measure, seconds]);
  return <Line data={data} options={options} aria-label="Usage by agent over time" role="img" />;
}

/** The page's own colours; `scheme` says that they may have changed. */
function colourOf(scheme: string): (name: string) => string {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(name) || (scheme === 'dark' ? '#fff' : '#000');
}

function optionsOf(colour: (name: string) => string, measure: Measure, seconds: number): ChartOptions<'line'> {
  const figure = (value: number) => (measure === 'tokens' ? tokens(value) : usd(value));
  const ticks = { color: colour('--fk-faint'), font: { family: "'Inter Variable'", size: 11 }, maxTicksLimit: 5 };
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    normalized: true,
    interaction: { mode: 'nearest', intersect: false },
    scales: {
      x: {
        type: 'linear',
        min: 0,
        max: seconds,
        grid: { display: false },
        border: { color: colour('--fk-line') },
        ticks: {
          ...ticks,
          maxRotation: 0,
          includeBounds: false,
          stepSize: timeStep(seconds),
          callback: (value) => elapsed(Number(value) * 1_000),
        },
      },
      y: {
        beginAtZero: true,
        grid: { color: colour('--fk-line') },
        border: { display: false },
        ticks: { ...ticks, callback: (value) => figure(Number(value)) },
      },
    },
    plugins: {
      legend: {
        position: 'bottom',
        align: 'start',
        labels: {
          color: colour('--fk-dim'),
          boxWidth: 6,
          boxHeight: 6,
          padding: 12,
          usePointStyle: true,
          pointStyle: 'circle',
          font: { family: "'Inter Variable'", size: 12 },
        },
      },
      tooltip: {
        callbacks: {
          title: (items) => elapsed((items[0]?.parsed.x ?? 0) * 1_000),
          label: (item) => ` ${item.dataset.label}: ${figure(item.parsed.y ?? 0)}`,
        },
      },
    },
  };
}
