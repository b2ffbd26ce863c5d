import type { Run } from '@fusion-kit/domain/run';
import { AgentList } from '../../features/agents/agent-list.tsx';
import { agentsOfRun, byAttention } from '../../shared/live/scope-agents.ts';
import { sameFields, useLive } from '../../shared/live/use-live.ts';
import { Panel } from '../../shared/ui/panel.tsx';

const STEADY_UP_TO = 12;

/** The agents of a run. A small team keeps its order; in a large one those at work come first. */
export function AgentPanel({ run, className }: { run: Run; className?: string | undefined }) {
  const agents = useLive((store) => {
    const team = agentsOfRun(store, run);
    return team.length <= STEADY_UP_TO ? team : team.toSorted(byAttention);
  }, sameFields);
  return (
    <Panel title="Agents" note={agents.length} className={className} flush>
      <AgentList agents={agents} />
    </Panel>
  );
}
