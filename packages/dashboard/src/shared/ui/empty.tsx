import type { Icon } from '@tabler/icons-react';
import { CopyCode } from './copy-code.tsx';
import styles from './empty.module.css';

interface EmptyProps {
  icon: Icon;
  title: string;
  text?: string | undefined;
  /** The next thing to type in a terminal. */
  command?: string | undefined;
}

/** What stands where nothing is yet: why, and what to do next. */
export function Empty({ icon: Icon, title, text, command }: EmptyProps) {
  return (
    <div className={styles['empty']}>
      <Icon size={22} stroke={1.5} aria-hidden />
      <strong>{title}</strong>
      {text && <p>{text}</p>}
      {command && <CopyCode text={command} />}
    </div>
  );
}
