import type { InboxItem } from '@fusion-kit/domain/inbox';
import { Link } from '@tanstack/react-router';
import { IconArrowRight } from '@tabler/icons-react';
import { inboxKey, useInbox } from '../../shared/live/use-inbox.ts';
import { useNames } from '../../shared/live/use-names.ts';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { Elapsed } from '../../shared/ui/elapsed.tsx';
import { INBOX_LOOKS, inboxLine } from './inbox-look.ts';
import styles from './inbox-strip.module.css';

const SHOWN = 3;

/** What waits for a person, in a line each, before everything else; nothing when nothing does. */
export function InboxStrip() {
  const items = useInbox();
  if (items.length === 0) return null;
  return (
    <section className={styles['strip']} aria-label="Waits for you" data-testid="inbox-strip">
      <ul>
        {items.slice(0, SHOWN).map((item) => (
          <li key={inboxKey(item)}>
            <Line item={item} />
          </li>
        ))}
      </ul>
      {items.length > SHOWN && (
        <Link to="/inbox" className={styles['all'] ?? ''}>
          {items.length - SHOWN} more in the inbox <IconArrowRight size={13} aria-hidden />
        </Link>
      )}
    </section>
  );
}

function Line({ item }: { item: InboxItem }) {
  const open = useOpen();
  const names = useNames();
  const { icon: Icon, word, tone } = INBOX_LOOKS[item.kind];
  return (
    <button type="button" className={styles['line']} data-tone={tone} onClick={() => open.task(item.taskId)}>
      <Icon size={15} aria-hidden />
      <strong className="fk-clip">{item.title}</strong>
      <span className={styles['word']}>{word}</span>
      <span className={`${styles['about']} fk-clip`}>{inboxLine(item)}</span>
      <span className={`${styles['run']} fk-clip`}>{names.run(item.runId)}</span>
      <Elapsed since={item.since} />
      <span className={styles['act']}>{item.kind === 'approval' || item.kind === 'question' ? 'Answer' : 'Look'}</span>
    </button>
  );
}
