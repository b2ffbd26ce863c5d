import { FusionError } from '@fusion-kit/domain/errors';
import type { Turn } from '@fusion-kit/domain/ports/runtime';
import * as z from 'zod';
import { CallUpdate } from './session-update.ts';

const OPTIONS_MAX = 20;

/** Programs that use their tools without asking anybody: Codex asks for what its own sandbox forbids, which cannot be made inside a cage; opencode only where it is configured to. */
const NEVER_ASK: readonly string[] = ['codex', 'opencode'];

/** @throws {FusionError} `permissions_unheld` where an agent is to ask first, and its program never does */
export function requireAsking({ name, program, permissions = 'allow' }: Turn['agent']): void {
  if (permissions === 'allow' || program === undefined || !NEVER_ASK.includes(program)) return;
  throw new FusionError(
    'permissions_unheld',
    `agent ${name} has permissions ${permissions}, and ${program} uses its tools without asking`,
  );
}

export const PermissionRequest = z.looseObject({
  sessionId: z.string(),
  toolCall: CallUpdate,
  options: z.array(z.looseObject({ optionId: z.string(), name: z.string(), kind: z.string() })),
});
export type PermissionRequest = z.infer<typeof PermissionRequest>;

export type PermissionAnswer = { outcome: 'selected'; optionId: string } | { outcome: 'cancelled' };

const CANCELLED: PermissionAnswer = { outcome: 'cancelled' };
/** By their kinds: what options are called differs from program to program, and from version to version. */
const WANTED = { allow: ['allow_once', 'allow_always'], deny: ['reject_once', 'reject_always'] } as const;

/** The option that says yes or no, for this once where there is one; a program that offers none is told that it was cancelled. Pure. */
export function answerOf({ options }: Pick<PermissionRequest, 'options'>, policy: 'allow' | 'deny'): PermissionAnswer {
  const found = WANTED[policy].flatMap((kind) => options.filter((option) => option.kind === kind))[0];
  return found ? { outcome: 'selected', optionId: found.optionId } : CANCELLED;
}

/** What a person chooses, who is shown what the program wants to do; who answers in words or not at all has not allowed it. The protocol has no place for `words`. */
export async function askedFor(
  turn: Pick<Turn, 'ask' | 'agent'>,
  request: PermissionRequest,
  call: { callId: string; tool: string; input: string },
  signal: AbortSignal,
): Promise<{ answer: PermissionAnswer; words?: string | undefined }> {
  const named = namedOptions(request);
  const options = [...named].map(([id, { name }]) => ({ id, label: name || id }));
  const { callId, tool, input } = call;
  const text = `${turn.agent.name} asks whether it may use ${tool}:\n${input}`;
  const { option, text: words } = await turn.ask({ text, options, about: { callId, tool } }, signal);
  const chosen = option === undefined ? undefined : named.get(option);
  return { answer: chosen ? { outcome: 'selected', optionId: chosen.optionId } : answerOf(request, 'deny'), words };
}

/** Options by their kinds, which say to a person what a program's own ids may not: `allow_once`, `reject_once`; a second one of a kind is `allow_always_2`. */
function namedOptions({ options }: PermissionRequest): Map<string, PermissionRequest['options'][number]> {
  const named = new Map<string, PermissionRequest['options'][number]>();
  for (const option of options.slice(0, OPTIONS_MAX)) {
    let id = option.kind;
    for (let copy = 2; named.has(id); copy++) id = `${option.kind}_${copy}`;
    named.set(id, option);
  }
  return named;
}
