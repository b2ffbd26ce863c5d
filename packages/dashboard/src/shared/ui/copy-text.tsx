import { CopyButton } from '@mantine/core';
import { type Icon, IconCheck } from '@tabler/icons-react';
import styles from './copy-text.module.css';

/** A text within a line that a click copies. */
export const CopyText = ({ text, icon: Icon }: { text: string; icon: Icon }) => (
  <CopyButton value={text}>
    {({ copied, copy }) => (
      <button type="button" className={styles['text']} onClick={copy} title={`Copy ${text}`}>
        {copied ? <IconCheck size={13} aria-label="copied" /> : <Icon size={13} aria-hidden />}
        <span className="fk-clip">{text}</span>
      </button>
    )}
  </CopyButton>
);
