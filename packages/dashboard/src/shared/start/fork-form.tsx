import { dependents } from '@fusion-kit/domain/graph';
import type { Run } from '@fusion-kit/domain/run';
import { useState } from 'react';
import type { LiveStore } from '../live/live-store.ts';
import { sameFields, useLive } from '../live/use-live.ts';
import { InputFields } from './input-fields.tsx';
import { StartFrame } from './start-frame.tsx';

interface ForkFormProps {
  run: Run;
  node: string | undefined;
  onClose: () => void;
}

/** Says what is done anew and what is kept, and asks for inputs that differ. */
export function ForkForm({ run, node, onClose }: ForkFormProps) {
  const [inputs, setInputs] = useState(run.inputs);
  const { anew, kept } = useLive((store) => partsOf(store, run, node), sameFields);
  const body = () => ({
    ...(node !== undefined && { node }),
    inputs: Object.fromEntries(Object.entries(inputs).filter(([name, value]) => run.inputs[name] !== value)),
  });
  return (
    <StartFrame
      title={node === undefined ? 'Run again what did not complete' : `Run again from ${node}`}
      path={`/runs/${run.id}/fork`}
      body={body}
      onClose={onClose}
    >
      <p>
        A new run of <strong>{run.name}</strong> is started on a branch of its own. It does {tasks(anew)} anew and keeps
        the results of {tasks(kept)}. What landed after something that is done anew is done anew as well. This run stays
        as it is.
      </p>
      <InputFields
        inputs={Object.entries(inputs).map(([name, given]) => ({ name, given }))}
        onChange={(name, value) => setInputs((before) => ({ ...before, [name]: value }))}
      />
    </StartFrame>
  );
}

const tasks = (count: number): string => (count === 1 ? '1 task' : `${count} tasks`);

/** How many tasks of the workflow's own nodes are done anew at least, and how many are kept at most. Pure. */
export function partsOf(store: LiveStore, run: Run, node: string | undefined): { anew: number; kept: number } {
  const own = [...store.world.tasksOf(run.id)].filter((task) => !task.scope);
  const after = dependents(own.map(({ id, needs }) => ({ id, needs })));
  const anew = new Set<string>(
    own
      .filter(({ state, node: name }) => (state !== 'completed' && state !== 'skipped') || name === node)
      .map(({ id }) => id),
  );
  for (const id of anew) for (const next of after.get(id) ?? []) anew.add(next); // grows while it is walked
  return { anew: anew.size, kept: own.length - anew.size };
}
