import type { Agent } from '@fusion-kit/domain/agent';
import { IconRobot } from '@tabler/icons-react';
import { Empty } from '../../shared/ui/empty.tsx';
import { VirtualRows } from '../../shared/ui/virtual-rows.tsx';
import { AgentRow } from './agent-row.tsx';

const ROW_HEIGHT = 77;

/** Agents below each other; any number. */
export function AgentList({ agents }: { agents: readonly Agent[] }) {
  if (agents.length === 0) {
    return (
      <Empty
        icon={IconRobot}
        title="No agents"
        text="A run brings its own team; you can also spawn agents that stay."
        command="fusion-kit agent spawn builder"
      />
    );
  }
  return (
    <VirtualRows items={agents} keyOf={(agent) => agent.id} rowHeight={ROW_HEIGHT} label="Agents">
      {(agent) => <AgentRow id={agent.id} />}
    </VirtualRows>
  );
}
