import { Composer } from '../../features/messages/composer.tsx';
import { MessageList } from '../../features/messages/message-list.tsx';
import { sameFields, useLive } from '../../shared/live/use-live.ts';
import { useScopeProject } from '../../shared/navigation/scope.ts';
import { Panel } from '../../shared/ui/panel.tsx';
import styles from './full-page.module.css';

export function MessagesPage() {
  const project = useScopeProject();
  const messages = useLive(
    (store) =>
      store
        .all('messages')
        .filter((message) => message.projectId === project?.id)
        .toReversed(),
    sameFields,
  );
  const agents = useLive(
    (store) => store.all('agents').filter((agent) => agent.projectId === project?.id && agent.state !== 'terminated'),
    sameFields,
  );
  const topics = [
    ...new Set([
      ...messages.flatMap(({ to }) => ('topic' in to ? [to.topic] : [])),
      ...agents.flatMap((agent) => agent.subscriptions.filter((pattern) => !/[*>]/.test(pattern))),
    ]),
  ];
  return (
    <div className={styles['page']}>
      <Panel title="Messages" note={messages.length} className={styles['panel']} flush>
        <MessageList messages={messages} roomy />
        {project && <Composer project={project} agents={agents} topics={topics} />}
      </Panel>
    </div>
  );
}
