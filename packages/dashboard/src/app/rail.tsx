import { Link } from '@tanstack/react-router';
import { useLive } from '../shared/live/use-live.ts';
import { PLACES } from './places.ts';
import { Wordmark } from './wordmark.tsx';
import styles from './rail.module.css';

/** The way around: at the left, or below on a phone. */
export function Rail() {
  const version = useLive((store) => store.server?.serverVersion);
  return (
    <nav className={styles['rail']} aria-label="Pages">
      <div className={styles['brand']}>
        <Wordmark />
      </div>
      <ul>
        {PLACES.map(({ to, name, key, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              className={styles['place'] ?? ''}
              activeOptions={{ exact: true, includeSearch: false }}
              title={name}
            >
              <Icon size={17} stroke={1.75} aria-hidden />
              <span className={styles['name']}>{name}</span>
              <kbd aria-hidden>g {key}</kbd>
            </Link>
          </li>
        ))}
      </ul>
      {version && <span className={styles['version']}>{version}</span>}
    </nav>
  );
}
