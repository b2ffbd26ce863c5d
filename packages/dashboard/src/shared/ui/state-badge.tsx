import { type AnyState, LOOKS } from './state-look.ts';
import styles from './state-badge.module.css';

interface StateBadgeProps {
  state: AnyState;
  /** What the state is doing, e.g. a running task's phase; its look is taken. */
  detail?: AnyState | undefined;
  /** `bare` has no ground of its own; `icon` shows the word only to readers and as a title. */
  variant?: 'soft' | 'bare' | 'icon';
  word?: string | undefined;
}

/** A state as icon and word. */
export function StateBadge({ state, detail, variant = 'soft', word }: StateBadgeProps) {
  const shown = detail ?? state;
  const { tone, icon: Icon, turns, word: own } = LOOKS[shown];
  const text = word ?? own ?? shown;
  return (
    <span
      className={styles['badge']}
      data-tone={tone}
      data-variant={variant}
      title={variant === 'icon' ? text : undefined}
    >
      <Icon size={14} className={turns ? styles['turning'] : undefined} aria-hidden />
      <span className={variant === 'icon' ? 'fk-hidden' : undefined}>{text}</span>
    </span>
  );
}
