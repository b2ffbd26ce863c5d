import { EventPanel } from '../../features/events/event-panel.tsx';
import styles from './full-page.module.css';

export const EventsPage = () => (
  <div className={styles['page']}>
    <EventPanel backwards className={styles['panel']} />
  </div>
);
