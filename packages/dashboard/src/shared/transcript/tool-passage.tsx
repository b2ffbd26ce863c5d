import { IconAlertTriangle, IconCheck, IconChevronRight, IconLoader2 } from '@tabler/icons-react';
import { duration } from '../format/figures.ts';
import { toolLine } from '../format/tool-line.ts';
import { TextBlock } from '../ui/text-block.tsx';
import type { ToolUse } from './transcript.ts';
import styles from './transcript.module.css';

/** A tool call in one line; opened, with what went in and what came out. */
export function ToolPassage({ use }: { use: ToolUse }) {
  const done = use.output !== undefined;
  return (
    <details className={styles['tool']} data-error={use.isError}>
      <summary>
        <IconChevronRight size={13} className={styles['chevron']} aria-hidden />
        <code className="fk-clip">{toolLine(use.tool, use.input)}</code>
        <span className={styles['outcome']}>
          {!done && <IconLoader2 size={13} aria-label="running" />}
          {done && use.isError && (
            <>
              <IconAlertTriangle size={13} aria-hidden /> failed
            </>
          )}
          {done && !use.isError && <IconCheck size={13} aria-label="done" />}
          {use.durationMs !== undefined && <span className="fk-figure">{duration(use.durationMs)}</span>}
        </span>
      </summary>
      <h4>Input</h4>
      <TextBlock text={use.input} code />
      {use.output !== undefined && (
        <>
          <h4>Output</h4>
          <TextBlock text={use.output} code />
        </>
      )}
    </details>
  );
}
