import { FusionError } from '@fusion-kit/domain/errors';
import { wholeText } from '@fusion-kit/domain/kept-text';
import type { TextPart, WorkDesk } from '@fusion-kit/domain/ports/agent-desk';
import type { TaskSight } from '@fusion-kit/domain/sight';
import type { DeskParts } from './desk.ts';
import type { GivenOutputs } from './given-outputs.ts';
import type { Quota } from './quota.ts';

/** Characters of an output that are read at a time. */
const PART_MAX = 40_000;

export function workDesk({ assignment, blobs, pulse, report }: DeskParts, quota: Quota, given: GivenOutputs): WorkDesk {
  const look = async (task?: string): Promise<TaskSight> => {
    quota.take('calls');
    const { task: seen } = await report({ type: 'task.look', ...(task !== undefined && { task }) });
    if (!seen) throw new FusionError('internal', 'the engine showed no task');
    return seen;
  };
  return {
    assignment,
    look,

    async output(task, name, from): Promise<TextPart> {
      const { node, outputs } = await look(task);
      const kept = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
      if (kept === undefined) {
        const there = Object.keys(outputs).join(', ') || 'none';
        throw new FusionError('output_unknown', `task ${node} has given no output ${name}; it has given ${there}`);
      }
      const whole = await wholeText(blobs, kept);
      const text = whole.slice(from, from + PART_MAX);
      const end = from + text.length;
      return { text, length: whole.length, ...(end < whole.length && { next: end }) };
    },

    async progress(progress) {
      quota.take('calls');
      pulse.beat();
      await report({ type: 'dispatch.progress', progress });
    },

    report(outputs) {
      quota.take('calls');
      quota.take('outputs', Object.keys(outputs).length);
      return given.put(outputs);
    },

    async propose(proposal) {
      quota.take('calls');
      const { proposed } = await report({ type: 'task.propose', proposal });
      if (!proposed) throw new FusionError('internal', 'the engine did not say what came of the proposal');
      return proposed;
    },
  };
}
