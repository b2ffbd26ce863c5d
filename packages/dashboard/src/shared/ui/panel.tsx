import type { ReactNode } from 'react';
import styles from './panel.module.css';

interface PanelProps {
  title: string;
  /** Beside the title, e.g. how many. */
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string | undefined;
  /** The content brings its own scrolling and edges. */
  flush?: boolean;
}

/** A titled surface. */
export function Panel({ title, note, actions, children, className, flush = false }: PanelProps) {
  return (
    <section className={`${styles['panel']} ${className ?? ''}`} aria-label={title}>
      <header className={styles['header']}>
        <h2 className={styles['title']}>{title}</h2>
        {note !== undefined && <span className={styles['note']}>{note}</span>}
        <div className={styles['actions']}>{actions}</div>
      </header>
      <div className={flush ? styles['flush'] : styles['body']}>{children}</div>
    </section>
  );
}
