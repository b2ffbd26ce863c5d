import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { AgentList } from '../../features/agents/agent-list.tsx';
import { AgentTable } from '../../features/agents/agent-table.tsx';
import { SpawnForm } from '../../features/agents/spawn-form.tsx';
import { byAttention } from '../../shared/live/scope-agents.ts';
import { sameFields, useLive } from '../../shared/live/use-live.ts';
import { useScopeProject } from '../../shared/navigation/scope.ts';
import { ChoiceBar } from '../../shared/ui/choice-bar.tsx';
import { Panel } from '../../shared/ui/panel.tsx';
import { useNarrow } from '../../shared/ui/use-narrow.ts';
import styles from './full-page.module.css';

type Which = 'alive' | 'ended';

export function AgentsPage() {
  const project = useScopeProject();
  const narrow = useNarrow();
  const [which, setWhich] = useState<Which>('alive');
  const [spawning, setSpawning] = useState(false);
  const all = useLive(
    (store) =>
      store
        .all('agents')
        .filter((agent) => agent.projectId === project?.id)
        .toSorted(byAttention),
    sameFields,
  );
  const alive = all.filter((agent) => agent.state !== 'terminated');
  const ended = all.filter((agent) => agent.state === 'terminated').toReversed();
  const agents = which === 'alive' ? alive : ended;
  const actions = (
    <>
      <ChoiceBar
        label="Which agents"
        choices={[
          { value: 'alive', text: 'Alive', count: alive.length },
          { value: 'ended', text: 'Terminated', count: ended.length },
        ]}
        value={which}
        onChange={setWhich}
      />
      {project && (
        <Button leftSection={<IconPlus size={14} />} onClick={() => setSpawning(true)}>
          Spawn
        </Button>
      )}
    </>
  );
  return (
    <div className={styles['page']}>
      <Panel title="Agents" actions={actions} className={styles['panel']} flush>
        {narrow || agents.length === 0 ? <AgentList agents={agents} /> : <AgentTable agents={agents} />}
      </Panel>
      {spawning && project && <SpawnForm project={project} onClose={() => setSpawning(false)} />}
    </div>
  );
}
