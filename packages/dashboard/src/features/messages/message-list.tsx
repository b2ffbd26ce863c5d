import type { Message } from '@fusion-kit/domain/message';
import { IconMessages } from '@tabler/icons-react';
import { Empty } from '../../shared/ui/empty.tsx';
import { VirtualRows } from '../../shared/ui/virtual-rows.tsx';
import { MessageRow } from './message-row.tsx';

/** Messages, the newest first. */
export function MessageList({ messages, roomy = false }: { messages: readonly Message[]; roomy?: boolean }) {
  if (messages.length === 0) {
    return (
      <Empty
        icon={IconMessages}
        title="No messages"
        text="What agents and people write to each other appears here."
        command="fusion-kit message send topic:plan.ready 'the plan is written'"
      />
    );
  }
  return (
    <VirtualRows items={messages} keyOf={(message) => message.id} rowHeight={84} label="Messages">
      {(message) => <MessageRow id={message.id} roomy={roomy} />}
    </VirtualRows>
  );
}
