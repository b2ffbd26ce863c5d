import { WorkflowView } from '@fusion-kit/domain/api';
import type { Workflow } from '@fusion-kit/domain/workflow';
import { Button, Skeleton } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { useRequest } from '../../shared/api/use-request.ts';
import { duration, usd } from '../../shared/format/figures.ts';
import { Facts } from '../../shared/ui/facts.tsx';
import { FailureNote } from '../../shared/ui/failure-note.tsx';
import { StartForm } from './start-form.tsx';
import { VersionList } from './version-list.tsx';
import { WorkflowNodes } from './workflow-nodes.tsx';
import styles from './workflow-detail.module.css';

/** One workflow: what it is, its versions, its nodes, and a way to start it. Older versions can be looked at; the latest is started. */
export function WorkflowDetail({ workflow }: { workflow: Workflow }) {
  const [version, setVersion] = useState(workflow.version);
  const [starting, setStarting] = useState(false);
  const asked = useRequest(`/workflows/${workflow.id}`, WorkflowView, { version });
  const isLatest = version === workflow.version;
  return (
    <div className={styles['detail']}>
      <header className={styles['header']}>
        <h2>{workflow.name}</h2>
        <span className="fk-faint">
          v{version}
          {isLatest ? '' : ` of ${workflow.version}`}
        </span>
        {isLatest && workflow.state !== 'archived' && (
          <Button
            className={styles['start'] ?? ''}
            disabled={asked.state !== 'ready'}
            leftSection={<IconPlayerPlay size={14} />}
            onClick={() => setStarting(true)}
          >
            Start a run
          </Button>
        )}
      </header>
      {asked.state === 'loading' && <Skeleton height={160} />}
      {asked.state === 'failed' && <FailureNote failure={asked.error.toJSON()} />}
      {asked.state === 'ready' && <Definition definition={asked.answer.definition} />}
      <section>
        <h3>Versions</h3>
        <VersionList workflow={workflow} version={version} onChoose={setVersion} />
      </section>
      {starting && asked.state === 'ready' && (
        <StartForm workflow={workflow} definition={asked.answer.definition} onClose={() => setStarting(false)} />
      )}
    </div>
  );
}

function Definition({ definition }: { definition: WorkflowView['definition'] }) {
  const { description, inputs, team, setup, check, hosts, secrets, budget, concurrency, timeoutMs, nodes } = definition;
  return (
    <>
      {description && <p className={styles['description']}>{description}</p>}
      <Facts
        facts={{
          Inputs: Object.keys(inputs).join(', '),
          Team: team.map(({ name }) => name).join(', '),
          Setup: setup.length > 0 && <Commands commands={setup} />,
          Check: check.length > 0 && <Commands commands={check} />,
          Reaches: hosts?.join(', '),
          Secrets: secrets?.join(', '),
          Budget: budget.costUsd !== undefined && usd(budget.costUsd),
          'At once': concurrency !== undefined && `at most ${concurrency} tasks`,
          'Ends within': timeoutMs !== undefined && duration(timeoutMs),
        }}
      />
      <section>
        <h3>Nodes</h3>
        <WorkflowNodes nodes={nodes} />
      </section>
    </>
  );
}

const Commands = ({ commands }: { commands: readonly string[] }) =>
  commands.map((command) => (
    <code key={command} className={`fk-mono ${styles['command']}`}>
      {command}
    </code>
  ));
