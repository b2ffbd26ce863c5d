import type { CheckResult } from '@fusion-kit/domain/receipt';
import { IconCircleCheckFilled, IconCircleXFilled } from '@tabler/icons-react';
import { duration } from '../format/figures.ts';
import { TextBlock } from './text-block.tsx';
import styles from './check-list.module.css';

/** Commands that fusion-kit ran itself, how they ended and what they printed. */
export const CheckList = ({ checks }: { checks: readonly CheckResult[] }) => (
  <ul className={styles['list']}>
    {checks.map((check, at) => {
      const passed = check.exitCode === 0;
      const Icon = passed ? IconCircleCheckFilled : IconCircleXFilled;
      return (
        // the same command may be run twice
        // oxlint-disable-next-line react/no-array-index-key
        <li key={`${at} ${check.command}`}>
          <details open={!passed}>
            <summary data-passed={passed}>
              <Icon size={15} aria-hidden />
              <code className="fk-clip">{check.command}</code>
              <span className="fk-figure">
                {passed ? 'passed' : `exit ${check.exitCode ?? 'none'}`} · {duration(check.durationMs)}
              </span>
            </summary>
            <TextBlock text={check.output} code />
          </details>
        </li>
      );
    })}
  </ul>
);
