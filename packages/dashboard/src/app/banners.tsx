import { IconRefresh, IconShieldOff } from '@tabler/icons-react';
import { useLive } from '../shared/live/use-live.ts';
import { useNow } from '../shared/live/use-now.ts';
import styles from './banners.module.css';

const REMEDY_AFTER_MS = 10_000;

/** What a reader must know before trusting or using the page. */
export function Banners() {
  const loose = useLive((store) => store.server?.sandbox === 'none');
  const away = useLive((store) => (store.connection.state === 'reconnecting' ? store.connection.since : undefined));
  return (
    <>
      {away !== undefined && <Away since={away} />}
      {loose && (
        <div className={styles['banner']}>
          <IconShieldOff size={15} aria-hidden />
          <span>
            <strong>Agents are not confined on this machine.</strong> Their tools can touch everything you can.{' '}
            <code>fusion-kit doctor</code> says what is missing.
          </span>
        </div>
      )}
    </>
  );
}

function Away({ since }: { since: number }) {
  const long = useNow() - since > REMEDY_AFTER_MS;
  return (
    <div className={styles['banner']} role="status">
      <IconRefresh size={15} aria-hidden />
      <span>
        <strong>Reconnecting…</strong> What you see is as of the last event.{' '}
        {long && (
          <>
            The server has not answered for a while; start it with <code>fusion-kit up</code>. Nothing is lost.
          </>
        )}
      </span>
    </div>
  );
}
