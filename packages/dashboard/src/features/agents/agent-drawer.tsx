import { Badge } from '@mantine/core';
import type { Agent } from '@fusion-kit/domain/agent';
import { count, dateAndTime, tokens, usd } from '../../shared/format/figures.ts';
import { useLive } from '../../shared/live/use-live.ts';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { TranscriptView } from '../../shared/transcript/transcript-view.tsx';
import { CopyCode } from '../../shared/ui/copy-code.tsx';
import { Facts } from '../../shared/ui/facts.tsx';
import { FailureNote } from '../../shared/ui/failure-note.tsx';
import { DrawerSection, SideDrawer } from '../../shared/ui/side-drawer.tsx';
import { StateBadge } from '../../shared/ui/state-badge.tsx';
import { TaskBadge } from '../../shared/ui/task-badge.tsx';
import { ActivityLine } from './activity-line.tsx';
import { AgentActions } from './agent-actions.tsx';
import styles from './agent-drawer.module.css';

/** Everything about one agent, and what it is saying. */
export function AgentDrawer({ agentId }: { agentId: string }) {
  const agent = useLive((store) => store.world.get('agents', agentId));
  const open = useOpen();
  const title = (
    <span className={styles['title']}>
      <strong>{agent?.name ?? 'Unknown agent'}</strong>
      {agent && <StateBadge state={agent.state} />}
    </span>
  );
  return (
    <SideDrawer title={title} onClose={open.close} testId="agent-drawer">
      {agent ? (
        <Content agent={agent} />
      ) : (
        <p>This agent is not among those the page knows; it may have ended long ago.</p>
      )}
    </SideDrawer>
  );
}

function Content({ agent }: { agent: Agent }) {
  const open = useOpen();
  const latest = useLive((store) =>
    agent.taskId
      ? store.world.get('tasks', agent.taskId)
      : store
          .all('tasks')
          .filter((task) => task.lastAgentId === agent.id)
          .reduce<ReturnType<typeof store.world.get<'tasks'>>>(
            (last, task) => ((task.startedAt ?? 0) >= (last?.startedAt ?? 0) ? task : last),
            undefined,
          ),
  );
  return (
    <>
      <div className={styles['actions']}>
        <AgentActions agent={agent} />
      </div>
      {agent.taskId && <ActivityLine agentId={agent.id} />}
      {agent.failure && <FailureNote failure={agent.failure} />}
      <DrawerSection title="About">
        <Facts
          facts={{
            Runtime: [agent.runtime, agent.program].filter(Boolean).join(' · '),
            Credentials:
              agent.program &&
              (agent.credentials === 'login'
                ? 'login: the user’s own with its vendor; used up as the program says'
                : 'gateway: it has no key; used up as fusion-kit counts'),
            Model: [agent.provider, agent.model].filter(Boolean).join(' · ') || undefined,
            Capabilities: agent.capabilities.length > 0 && <Words words={agent.capabilities} />,
            Reads: agent.subscriptions.length > 0 && <Words words={agent.subscriptions} />,
            Workspace: agent.workspace && <CopyCode text={agent.workspace} />,
            Sandbox: agent.sandbox,
            Tokens: `${tokens(agent.usage.inputTokens)} in · ${tokens(agent.usage.outputTokens)} out · ${count(agent.usage.calls)} calls`,
            Cost: usd(agent.usage.costUsd, agent.usage.unpricedCalls),
            Budget: budgetLine(agent),
            Spawned: dateAndTime(agent.createdAt),
          }}
        />
      </DrawerSection>
      {agent.instructions && (
        <DrawerSection title="Instructions">
          <p className={styles['prose']}>{agent.instructions}</p>
        </DrawerSection>
      )}
      {latest && (
        <DrawerSection title={agent.taskId ? 'Working on' : 'Last task'}>
          <button type="button" className={styles['task']} onClick={() => open.task(latest.id)}>
            <span className="fk-clip">{latest.title}</span>
            <TaskBadge task={latest} />
          </button>
          <TranscriptView taskId={latest.id} agentId={agent.id} />
        </DrawerSection>
      )}
    </>
  );
}

const Words = ({ words }: { words: readonly string[] }) => (
  <span className={styles['words']}>
    {words.map((word) => (
      <Badge key={word} variant="default" size="sm" tt="none" fw={450}>
        {word}
      </Badge>
    ))}
  </span>
);

function budgetLine({ budget }: Agent): string | undefined {
  const parts = [budget.tokens && `${tokens(budget.tokens)} tokens`, budget.costUsd && usd(budget.costUsd)].filter(
    Boolean,
  );
  return parts.join(' · ') || undefined;
}
