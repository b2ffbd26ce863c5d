import * as z from 'zod';

// What programs send is read with patience: versions differ, and a field that one of them gets wrong must not cost its conversation.

const Text = z.looseObject({ type: z.literal('text'), text: z.string() });
const Diff = z.looseObject({
  type: z.literal('diff'),
  path: z.string(),
  oldText: z.string().nullish(),
  newText: z.string(),
});
const Words = z.looseObject({
  type: z.literal('content'),
  content: z.union([Text, z.looseObject({ type: z.string() })]),
});
/** One thing that a tool call has to show. */
export const CallContent = z.union([Diff, Words, z.looseObject({ type: z.string() })]);
export type CallContent = z.infer<typeof CallContent>;

const Printed = z.looseObject({ data: z.string() });

/** A tool call, or what has changed of one. */
export const CallUpdate = z.looseObject({
  toolCallId: z.string(),
  title: z.string().nullish().catch(undefined),
  name: z.string().nullish().catch(undefined),
  kind: z.string().nullish().catch(undefined),
  status: z.string().nullish().catch(undefined),
  content: z.array(CallContent).nullish().catch(undefined),
  rawInput: z.unknown().optional(),
  rawOutput: z.unknown().optional(),
  _meta: z
    .looseObject({
      claudeCode: z.looseObject({ toolName: z.string().optional() }).optional(),
      // What a command prints, as it comes: Codex tells it beside the call.
      terminal_output: Printed.optional(),
      terminal_output_delta: Printed.optional(),
    })
    .nullish()
    .catch(undefined),
});
export type CallUpdate = z.infer<typeof CallUpdate>;

const Chunk = z.looseObject({ content: z.union([Text, z.looseObject({ type: z.string() })]) });
const PlanUpdate = z.looseObject({
  entries: z.array(z.looseObject({ content: z.string(), status: z.string() })),
});
const UsageUpdate = z.looseObject({
  cost: z.looseObject({ amount: z.number().nonnegative(), currency: z.string() }).nullish().catch(undefined),
});

/** What a program tells of its session, as far as it is looked at; the rest is passed over. */
export const SessionUpdate = z.discriminatedUnion('sessionUpdate', [
  Chunk.extend({ sessionUpdate: z.literal('agent_message_chunk') }),
  CallUpdate.extend({ sessionUpdate: z.literal('tool_call') }),
  CallUpdate.extend({ sessionUpdate: z.literal('tool_call_update') }),
  PlanUpdate.extend({ sessionUpdate: z.literal('plan') }),
  UsageUpdate.extend({ sessionUpdate: z.literal('usage_update') }),
]);
export type SessionUpdate = z.infer<typeof SessionUpdate>;

export const SessionNotification = z.looseObject({ sessionId: z.string(), update: z.unknown() });

/** The words of a chunk or of a call's content; pictures and the like have none. Pure. */
export const wordsOf = (content: { type: string; text?: unknown }): string =>
  content.type === 'text' && typeof content.text === 'string' ? content.text : '';
