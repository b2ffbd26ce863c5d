import { IconAlertCircle, IconBolt, IconRefresh } from '@tabler/icons-react';
import { useLive } from '../shared/live/use-live.ts';
import styles from './connection-mark.module.css';

const LOOKS = {
  connecting: { icon: IconRefresh, text: 'connecting…' },
  live: { icon: IconBolt, text: 'live' },
  reconnecting: { icon: IconRefresh, text: 'reconnecting…' },
  refused: { icon: IconAlertCircle, text: 'refused' },
} as const;

/** Whether what the page shows is what is. */
export function ConnectionMark() {
  const { state } = useLive((store) => store.connection);
  const { icon: Icon, text } = LOOKS[state];
  return (
    <span className={styles['mark']} data-testid="connection" data-state={state} role="status">
      <Icon size={14} aria-hidden />
      <span>{text}</span>
    </span>
  );
}
