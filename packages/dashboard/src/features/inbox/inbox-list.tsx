import { INBOX_MAX, type InboxItem } from '@fusion-kit/domain/inbox';
import { IconInbox } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { inboxKey } from '../../shared/live/use-inbox.ts';
import { isWriting } from '../../shared/navigation/is-writing.ts';
import { Empty } from '../../shared/ui/empty.tsx';
import { InboxCard } from './inbox-card.tsx';
import styles from './inbox-list.module.css';

const focusOn = (list: HTMLElement | null, place: number): void =>
  list?.querySelector<HTMLElement>(`[data-inbox-place="${place}"]`)?.focus();

/**
 * All that waits for a person. The first card has the focus from the start, and the next one when that is settled, so that everything can be
 * settled by keys alone.
 */
export function InboxList({ items: all }: { items: readonly InboxItem[] }) {
  const items = all.slice(0, INBOX_MAX);
  const list = useRef<HTMLDivElement>(null);
  const keys = items.map(inboxKey).join('\n');
  useEffect(() => {
    // the focus falls to the body when what had it went away
    if (keys !== '' && document.activeElement === document.body) focusOn(list.current, 0);
  }, [keys]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { j: 1, k: -1 }[event.key];
    if (step === undefined || event.metaKey || event.ctrlKey || event.altKey || isWriting(event.target)) return;
    const here = (event.target as HTMLElement).closest<HTMLElement>('[data-inbox-place]');
    if (here) focusOn(list.current, Number(here.dataset['inboxPlace']) + step);
  };
  if (items.length === 0)
    return (
      <Empty
        icon={IconInbox}
        title="Nothing waits for you"
        text="Approvals, questions of agents, agents that cannot work or make no progress and failures in runs that go on appear here."
      />
    );
  return (
    // keys move between the cards, whichever element in them has the focus
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div ref={list} className={styles['list']} role="group" aria-label="Waits for you" onKeyDown={onKeyDown}>
      {items.map((item, place) => (
        <InboxCard key={inboxKey(item)} item={item} place={place} />
      ))}
      {all.length > items.length && <p className="fk-dim">{all.length - items.length} more wait after these.</p>}
    </div>
  );
}
