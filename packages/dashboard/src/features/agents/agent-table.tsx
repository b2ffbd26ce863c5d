import type { Agent } from '@fusion-kit/domain/agent';
import type { AgentId } from '@fusion-kit/domain/ids';
import { memo } from 'react';
import { tokens, usd } from '../../shared/format/figures.ts';
import { useLive } from '../../shared/live/use-live.ts';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { Elapsed } from '../../shared/ui/elapsed.tsx';
import { StateBadge } from '../../shared/ui/state-badge.tsx';
import { VirtualRows } from '../../shared/ui/virtual-rows.tsx';
import { ActivityLine } from './activity-line.tsx';
import table from '../../shared/ui/table.module.css';

const COLUMNS = '150px 110px minmax(180px, 1fr) minmax(220px, 1.4fr) 170px 64px 76px 76px';

/** All agents in rows; a click opens one. */
export const AgentTable = ({ agents }: { agents: readonly Agent[] }) => (
  <VirtualRows
    items={agents}
    keyOf={(agent) => agent.id}
    rowHeight={41}
    label="Agents"
    role="rowgroup"
    minWidth={1080}
    head={<Head />}
  >
    {(agent) => <Row id={agent.id} />}
  </VirtualRows>
);

const Head = () => (
  <div className={table['head']} style={{ gridTemplateColumns: COLUMNS }} role="row">
    {['Agent', 'State', 'Task', 'Activity', 'Model'].map((name) => (
      <span key={name} role="columnheader">
        {name}
      </span>
    ))}
    {['Since', 'Tokens', 'Cost'].map((name) => (
      <span key={name} role="columnheader" className={table['number']}>
        {name}
      </span>
    ))}
  </div>
);

const Row = memo(function Row({ id }: { id: AgentId }) {
  const agent = useLive((store) => store.world.get('agents', id));
  const task = useLive((store) => (agent?.taskId ? store.world.get('tasks', agent.taskId)?.title : undefined));
  const open = useOpen();
  if (!agent) return null;
  return (
    <div
      className={table['row']}
      style={{ gridTemplateColumns: COLUMNS }}
      role="row"
      data-testid={`agent-${agent.name}`}
      data-state={agent.state}
    >
      <span role="cell" className="fk-clip">
        <button type="button" className={table['open']} onClick={() => open.agent(id)}>
          {agent.name}
        </button>
      </span>
      <span role="cell">
        <StateBadge state={agent.state} />
      </span>
      <span role="cell" className={table['second']}>
        {task ?? '–'}
      </span>
      <span role="cell" className={table['cell']}>
        <ActivityLine agentId={id} rest={agent.failure?.message ?? agent.capabilities.join(', ')} />
      </span>
      <span
        role="cell"
        className={table['second']}
        title={[agent.runtime, agent.provider, agent.model, agent.sandbox && `sandbox ${agent.sandbox}`]
          .filter(Boolean)
          .join(' · ')}
      >
        {agent.model?.replace(/^.*\//, '') ?? agent.runtime}
      </span>
      <span role="cell" className={table['number']}>
        <Elapsed since={agent.changedAt} />
      </span>
      <span role="cell" className={table['number']}>
        {tokens(agent.usage.inputTokens + agent.usage.outputTokens)}
      </span>
      <span role="cell" className={table['number']}>
        {usd(agent.usage.costUsd, agent.usage.unpricedCalls)}
      </span>
    </div>
  );
});
