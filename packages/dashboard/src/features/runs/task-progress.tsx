import type { RunFigures } from './run-figures.ts';
import styles from './task-progress.module.css';

const PARTS = ['completed', 'running', 'failed', 'cancelled', 'queued'] as const;

/** How many tasks are in which state, as one bar. */
export function TaskProgress({ figures }: { figures: RunFigures }) {
  const told = PARTS.filter((part) => figures[part] > 0).map((part) => `${figures[part]} ${part}`);
  return (
    <span className={styles['bar']} role="img" aria-label={told.join(', ') || 'no tasks'} title={told.join(' · ')}>
      {PARTS.filter((part) => figures[part] > 0).map((part) => (
        <span key={part} data-part={part} style={{ flexGrow: figures[part] }} />
      ))}
    </span>
  );
}
