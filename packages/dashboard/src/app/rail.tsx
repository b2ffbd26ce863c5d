import { Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useInbox } from '../shared/live/use-inbox.ts';
import { useLive } from '../shared/live/use-live.ts';
import { useNarrow } from '../shared/ui/use-narrow.ts';
import { type Place, PLACES } from './places.ts';
import { Wordmark } from './wordmark.tsx';
import styles from './rail.module.css';

/** The way around: at the left, or below on a phone. */
export function Rail() {
  const version = useLive((store) => store.server?.serverVersion);
  const narrow = useNarrow();
  const shown = narrow ? PLACES.filter(({ more }) => !more) : PLACES;
  return (
    <nav className={styles['rail']} aria-label="Pages">
      <div className={styles['brand']}>
        <Wordmark />
      </div>
      <ul>
        {shown.map((place) => (
          <li key={place.to}>
            <PlaceLink place={place} />
          </li>
        ))}
        {narrow && (
          <li>
            <More />
          </li>
        )}
      </ul>
      {version && <span className={styles['version']}>{version}</span>}
    </nav>
  );
}

function PlaceLink({ place: { to, name, key, icon: Icon } }: { place: Place }) {
  return (
    <Link to={to} className={styles['place'] ?? ''} activeOptions={{ exact: true, includeSearch: false }} title={name}>
      <Icon size={17} stroke={1.75} aria-hidden />
      <span className={styles['name']}>{name}</span>
      {to === '/inbox' && <Waiting />}
      <kbd aria-hidden>g {key}</kbd>
    </Link>
  );
}

/** How much waits for a person. */
function Waiting() {
  const { length } = useInbox();
  if (length === 0) return null;
  return (
    <span className={styles['count']} data-testid="inbox-count">
      {length}
      <span className="fk-hidden"> waiting for you</span>
    </span>
  );
}

/** On a phone, what the bar has no room for. */
const More = () => (
  <Menu position="top-end" width={200} shadow="md">
    <Menu.Target>
      <button type="button" className={`${styles['place']} ${styles['more']}`}>
        <IconDots size={17} stroke={1.75} aria-hidden />
        <span className={styles['name']}>More</span>
      </button>
    </Menu.Target>
    <Menu.Dropdown>
      {PLACES.filter(({ more }) => more).map(({ to, name, icon: Icon }) => (
        <Menu.Item key={to} component={Link} to={to} leftSection={<Icon size={16} stroke={1.75} aria-hidden />}>
          {name}
        </Menu.Item>
      ))}
    </Menu.Dropdown>
  </Menu>
);
