import type { Message } from '@fusion-kit/domain/message';
import type { MessageId } from '@fusion-kit/domain/ids';
import { preview } from '@fusion-kit/domain/text';
import { IconArrowRight, IconHash } from '@tabler/icons-react';
import { memo } from 'react';
import { addressName, senderName } from '../../shared/format/event-line.ts';
import { useLive } from '../../shared/live/use-live.ts';
import { useNames } from '../../shared/live/use-names.ts';
import { StateBadge } from '../../shared/ui/state-badge.tsx';
import { Time } from '../../shared/ui/time.tsx';
import styles from './message-row.module.css';

/** One message: who to whom, what, and where it stands with everyone it is for. */
export const MessageRow = memo(function MessageRow({ id, roomy }: { id: MessageId; roomy: boolean }) {
  const message = useLive((store) => store.world.get('messages', id));
  if (!message) return null;
  return (
    <article className={styles['row']} data-testid="message-row" data-from={message.from.kind}>
      <header>
        <strong>{senderName(message.from)}</strong>
        <IconArrowRight size={12} aria-label="to" />
        <Addressee message={message} />
        <Time at={message.sentAt} />
      </header>
      <p className={roomy ? styles['whole'] : styles['clamped']}>{preview(message.text)}</p>
      <Deliveries message={message} />
    </article>
  );
});

function Addressee({ message: { to } }: { message: Message }) {
  const names = useNames();
  if (!('topic' in to)) return <span>{addressName(to, names)}</span>;
  return (
    <span className={styles['topic']}>
      <IconHash size={12} aria-hidden />
      {to.topic}
    </span>
  );
}

function Deliveries({ message }: { message: Message }) {
  const names = useNames();
  const deliveries = Object.entries(message.deliveries);
  if (deliveries.length === 0) return <footer className={styles['nobody']}>nobody reads this topic yet</footer>;
  return (
    <footer>
      {deliveries.map(([agentId, delivery]) => (
        <span key={agentId} className={styles['delivery']} title={delivery.reason}>
          {names.agent(agentId)}{' '}
          <StateBadge
            state={delivery.state}
            variant="bare"
            word={delivery.state === 'acknowledged' ? 'read' : undefined}
          />
        </span>
      ))}
    </footer>
  );
}
