import * as z from 'zod';
import { tool } from '../tool.ts';

export const FINISH = 'finish';

/** What `finish` is called with; the end of the turn is read from the recorded call. */
export const Finished = z.object({
  summary: z.string().min(1).describe('what you did and found, for the people and agents who go on from here'),
  outputs: z.record(z.string(), z.string()).optional().describe('the outputs the task asks for, by name'),
});

/** The declared outputs that are not among the given ones. Pure. */
export const missingOutputs = (declared: readonly string[], given: Readonly<Record<string, string>>): string[] =>
  declared.filter((name) => !Object.hasOwn(given, name));

export const finish = tool({
  name: FINISH,
  description: 'Ends your work on the task. Call it once, when everything is done, or when you cannot go on.',
  repeatable: true,
  touches: 'team',
  input: Finished,
  run({ summary, outputs = {} }, { turn }) {
    const missing = missingOutputs(turn.work.outputs, outputs);
    if (missing.length > 0) return refused(`call ${FINISH} again with these outputs too: ${missing.join(', ')}`);
    const misfits = turn.misfits({ summary, outputs });
    if (misfits.length > 0) return refused(`correct this and call ${FINISH} again:\n${misfits.join('\n')}`);
    return Promise.resolve({ output: 'finished', isError: false });
  },
});

const refused = (output: string) => Promise.resolve({ output, isError: true });
