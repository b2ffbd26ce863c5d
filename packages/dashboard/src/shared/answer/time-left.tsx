import type { ApprovalWork } from '@fusion-kit/domain/nodes/approval';
import { IconClock } from '@tabler/icons-react';
import { duration } from '../format/figures.ts';
import { useNow } from '../live/use-now.ts';
import styles from './approval-answer.module.css';

const SOON_MS = 300_000;

/** What becomes of an approval that nobody answers. Pure. */
export const timeoutLine = ({ onTimeout, options }: Pick<ApprovalWork, 'onTimeout' | 'options'>): string => {
  const chosen = options.find((option) => option.id === onTimeout);
  return chosen ? `then “${chosen.label ?? chosen.id}” is taken` : 'then it fails';
};

/** How long an answer is waited for, and what happens then. */
export function TimeLeft({
  expiresAt,
  work,
}: {
  expiresAt: number;
  work: Pick<ApprovalWork, 'onTimeout' | 'options'>;
}) {
  const left = expiresAt - useNow();
  return (
    <span className={styles['left']} data-soon={left < SOON_MS}>
      <IconClock size={13} aria-hidden />
      {left > 0 ? `${duration(Math.max(1_000, left))} left, ` : 'its time is over, '}
      {timeoutLine(work)}
    </span>
  );
}
