import type { Brain, ChatMessage, ChatRequest, ScriptedCall } from './loopback-model.ts';

interface Chore {
  id: string;
  call: Omit<ScriptedCall, 'id'>;
  /** A file that shows whether it was done. */
  evidence: { path: string; holds: RegExp };
}

const CHORES: readonly Chore[] = [
  {
    id: 'write',
    call: { tool: 'write_file', input: { path: 'notes.txt', content: 'one\n' } },
    evidence: { path: 'notes.txt', holds: /one|two/ },
  },
  {
    id: 'log',
    call: { tool: 'shell', input: { command: 'echo ran >> log.txt' } },
    evidence: { path: 'log.txt', holds: /ran/ },
  },
  {
    id: 'edit',
    call: { tool: 'edit_file', input: { path: 'notes.txt', oldText: 'one', newText: 'two' } },
    evidence: { path: 'notes.txt', holds: /two/ },
  },
];

/** What the chores leave behind when each was done exactly once. */
export const CHORES_DONE = {
  files: { 'notes.txt': 'two\n', 'log.txt': 'ran\n' },
  summary: 'all done',
  outputs: { answer: '42' },
};

/**
 * Does three chores, the first two in one answer, then finishes. It decides from the conversation alone, and looks before it repeats a call whose
 * outcome it was told is unknown: a careful model, as far as resuming needs one.
 */
export const checkingBrain: Brain = (request) => {
  const next = CHORES.map((chore) => nextCall(request, chore));
  const first = next.findIndex((call) => call !== undefined);
  if (first === -1)
    return {
      text: 'That was all.',
      calls: [{ tool: 'finish', input: { summary: CHORES_DONE.summary, outputs: CHORES_DONE.outputs } }],
    };
  const together = first === 0 ? next.slice(0, 2) : next.slice(first, first + 1);
  return { text: 'Going on.', calls: together.filter((call) => call !== undefined) };
};

/** The call that brings a chore forward; undefined when it is done. */
function nextCall({ messages }: ChatRequest, { id, call, evidence }: Chore): ScriptedCall | undefined {
  const results = messages.filter((message) => message.role === 'tool' && nameOf(message).endsWith(id));
  const last = results.at(-1);
  if (!last) return { id, ...call };
  if (nameOf(last) === `check-${id}`) return evidence.holds.test(last.content) ? undefined : { id, ...call };
  if (!last.content.startsWith('Error')) return undefined;
  return { id: `check-${id}`, tool: 'read_file', input: { path: evidence.path } };
}

/** The id the call was made with; one that was used before comes back with a number. */
const nameOf = ({ callId = '' }: ChatMessage): string => callId.replace(/_\d+$/, '');
