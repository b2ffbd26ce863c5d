import type { AgentState } from '@fusion-kit/domain/agent';
import type { AgentId } from '@fusion-kit/domain/ids';
import { IconShield, IconShieldOff } from '@tabler/icons-react';
import { memo } from 'react';
import { tokens, usd } from '../../shared/format/figures.ts';
import { useLive } from '../../shared/live/use-live.ts';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { StateBadge } from '../../shared/ui/state-badge.tsx';
import { ActivityLine } from './activity-line.tsx';
import styles from './agent-row.module.css';

const AT_REST: Record<AgentState, string> = {
  spawning: 'preparing its workspace',
  idle: 'no task in hand',
  working: 'at work',
  paused: 'paused by a person',
  error: 'failed',
  terminated: 'released',
};

/** One agent: who, in which state, at what, doing what, for how much. */
export const AgentRow = memo(function AgentRow({ id }: { id: AgentId }) {
  const agent = useLive((store) => store.world.get('agents', id));
  const task = useLive((store) => (agent?.taskId ? store.world.get('tasks', agent.taskId)?.title : undefined));
  const open = useOpen();
  if (!agent) return null;
  const used = agent.usage.inputTokens + agent.usage.outputTokens;
  return (
    <button
      type="button"
      className={styles['row']}
      data-testid={`agent-${agent.name}`}
      data-state={agent.state}
      onClick={() => open.agent(id)}
    >
      <span className={styles['first']}>
        <strong className="fk-clip">{agent.name}</strong>
        <SandboxMark sandbox={agent.sandbox} />
        <StateBadge state={agent.state} />
      </span>
      <span className={styles['second']}>
        <span className="fk-clip">{task ?? agent.failure?.message ?? AT_REST[agent.state]}</span>
        <span className={styles['figures']}>
          {used > 0 && <span>{tokens(used)}</span>}
          {agent.usage.calls > 0 && <span>{usd(agent.usage.costUsd, agent.usage.unpricedCalls)}</span>}
        </span>
      </span>
      <ActivityLine agentId={id} rest={agent.capabilities.join(', ')} />
    </button>
  );
});

function SandboxMark({ sandbox }: { sandbox: string | undefined }) {
  if (!sandbox) return null;
  const loose = sandbox === 'none';
  const told = loose ? 'not confined: its tools run with your rights' : `confined by ${sandbox}`;
  return (
    <span className={loose ? styles['loose'] : styles['confined']} title={told} role="img" aria-label={told}>
      {loose ? <IconShieldOff size={13} /> : <IconShield size={13} />}
    </span>
  );
}
