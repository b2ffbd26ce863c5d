import styles from './wordmark.module.css';

/** Two strands that become one. */
export const Wordmark = () => (
  <span className={styles['wordmark']}>
    <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden>
      <g fill="none" stroke="currentColor" strokeWidth="2.6" strokeLinecap="round">
        <path d="M7 8c9 0 6 8 15 8M7 24c9 0 6-8 15-8" />
      </g>
      <circle cx="6.5" cy="8" r="3.2" fill="currentColor" />
      <circle cx="6.5" cy="24" r="3.2" fill="currentColor" />
      <circle cx="25" cy="16" r="4.2" fill="var(--fk-accent)" />
    </svg>
    <span>fusion-kit</span>
  </span>
);
