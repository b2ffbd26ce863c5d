import { Button, Modal } from '@mantine/core';
import { dependents } from '@fusion-kit/domain/graph';
import type { Run } from '@fusion-kit/domain/run';
import { type FormEvent, useState } from 'react';
import type { LiveStore } from '../live/live-store.ts';
import { sameFields, useLive } from '../live/use-live.ts';
import { FailureNote } from '../ui/failure-note.tsx';
import { InputFields } from './input-fields.tsx';
import { useStart } from './use-start.ts';
import styles from './start-form.module.css';

interface ForkFormProps {
  run: Run;
  node: string | undefined;
  onClose: () => void;
}

/** Says what is done anew and what is kept, and asks for inputs that differ. */
export function ForkForm({ run, node, onClose }: ForkFormProps) {
  const [inputs, setInputs] = useState(run.inputs);
  const { start, starting, refused } = useStart();
  const { anew, kept } = useLive((store) => partsOf(store, run, node), sameFields);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const changed = Object.fromEntries(Object.entries(inputs).filter(([name, value]) => run.inputs[name] !== value));
    if (await start(`/runs/${run.id}/fork`, { ...(node !== undefined && { node }), inputs: changed })) onClose();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={node === undefined ? 'Run again what did not complete' : `Run again from ${node}`}
    >
      <form className={styles['form']} onSubmit={(event) => void submit(event)}>
        <p>
          A new run of <strong>{run.name}</strong> is started on a branch of its own. It does {tasks(anew)} anew and
          keeps the results of {tasks(kept)}. What landed after something that is done anew is done anew as well. This
          run stays as it is.
        </p>
        <InputFields
          inputs={Object.entries(inputs).map(([name, given]) => ({ name, given }))}
          onChange={(name, value) => setInputs((before) => ({ ...before, [name]: value }))}
        />
        {refused && <FailureNote failure={refused.toJSON()} />}
        <div className={styles['end']}>
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" loading={starting} data-autofocus>
            Start the run
          </Button>
        </div>
      </form>
    </Modal>
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
