import type { RuntimeEvent, Turn } from '@fusion-kit/domain/ports/runtime';
import { accountOf, INTERRUPTED, paragraphs } from '../acp/prompts.ts';
import { attemptIn, openingOf } from '../model-loop/conversation.ts';
import { ANOTHER_ATTEMPT } from '../model-loop/prompt.ts';

/** What is told at the start of a process beside the task itself; undefined in the first one. Pure. */
export function toldAtStart({
  history,
  note,
  attempt,
}: Turn): Extract<RuntimeEvent, { type: 'turn.told' }> | undefined {
  if (!openingOf(history)) return note === undefined ? undefined : { type: 'turn.told', text: note, messageIds: [] };
  if (attemptIn(history) < attempt)
    return { type: 'turn.told', text: note ?? ANOTHER_ATTEMPT, messageIds: [], attempt };
  return { type: 'turn.told', text: note ?? INTERRUPTED, messageIds: [] };
}

/** All that a process is told: it has no memory of those before it. Pure. */
export function whole(
  turn: Turn,
  opening: { system: string; prompt: string },
  told: readonly string[],
  template = '{task}',
): string {
  const task = paragraphs(opening.system, opening.prompt, accountOf(turn.history), ...told);
  const said: Record<string, string> = { '{task}': task, '{title}': turn.title, '{prompt}': turn.work.prompt };
  return template.replaceAll(/\{(?:task|title|prompt)\}/g, (name) => said[name] ?? '');
}
