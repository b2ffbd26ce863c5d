import type { NodeKind } from '@fusion-kit/domain/node';
import { KIND_LOOKS } from './kind-look.ts';
import styles from './kind-mark.module.css';

/** What kind of node it is, as icon and word; `icon` shows the word only to readers and as a title. */
export function KindMark({ kind, variant = 'word' }: { kind: NodeKind; variant?: 'word' | 'icon' }) {
  const { icon: Icon, word } = KIND_LOOKS[kind];
  return (
    <span className={styles['kind']} title={variant === 'icon' ? word : undefined}>
      <Icon size={14} stroke={1.75} aria-hidden />
      <span className={variant === 'icon' ? 'fk-hidden' : undefined}>{word}</span>
    </span>
  );
}
