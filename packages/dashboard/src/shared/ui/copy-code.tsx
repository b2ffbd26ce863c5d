import { CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import styles from './copy-code.module.css';

/** A command, branch or id that a click copies. */
export function CopyCode({ text, shown = text }: { text: string; shown?: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <button type="button" className={styles['code']} onClick={copy} title={`Copy ${text}`}>
          <code className="fk-clip">{shown}</code>
          {copied ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />}
          <span className={styles['told']} role="status">
            {copied ? 'copied' : ''}
          </span>
        </button>
      )}
    </CopyButton>
  );
}
