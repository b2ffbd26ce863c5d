import { InboxList } from '../../features/inbox/inbox-list.tsx';
import { useInbox } from '../../shared/live/use-inbox.ts';
import styles from './inbox-page.module.css';

/** Everything that waits for a person, of all projects. */
export function InboxPage() {
  const items = useInbox();
  return (
    <div className={styles['page']}>
      <header className={styles['header']}>
        <h1>Inbox</h1>
        {items.length > 0 && (
          <p>
            <kbd>j</kbd> <kbd>k</kbd> next and previous · <kbd>1</kbd>–<kbd>9</kbd> answer
          </p>
        )}
      </header>
      <InboxList items={items} />
    </div>
  );
}
