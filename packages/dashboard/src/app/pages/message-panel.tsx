import type { Run } from '@fusion-kit/domain/run';
import { MessageList } from '../../features/messages/message-list.tsx';
import { sameFields, useLive } from '../../shared/live/use-live.ts';
import { Panel } from '../../shared/ui/panel.tsx';

/** Messages of a run, and those of the project that belong to none. */
export function MessagePanel({ run, className }: { run: Run; className?: string | undefined }) {
  const messages = useLive(
    (store) =>
      store
        .all('messages')
        .filter(
          (message) => message.projectId === run.projectId && (message.runId === undefined || message.runId === run.id),
        )
        .toReversed(),
    sameFields,
  );
  return (
    <Panel title="Messages" note={messages.length} className={className} flush>
      <MessageList messages={messages} />
    </Panel>
  );
}
