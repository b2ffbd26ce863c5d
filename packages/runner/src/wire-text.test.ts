import { ConversationEvent, EVENT_MAX } from '@fusion-kit/domain/event';
import type { MessageId } from '@fusion-kit/domain/ids';
import type { RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import { mapBlobs, sampleStart } from '@fusion-kit/testing/runner-parts';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromConversation, toConversation } from './wire-text.ts';

const { caller } = sampleStart();

/** Texts of any length, of the characters that JSON makes longest too. */
const text = fc
  .tuple(fc.constantFrom('a', '\n', '"', '\u0001', '🦀', 'é', '\uD83E'), fc.nat({ max: 20_000 }), fc.string())
  .map(([character, times, end]) => character.repeat(times) + end);
const short = fc.stringMatching(/^[a-z0-9_]{1,40}$/);
const event: fc.Arbitrary<RuntimeEvent> = fc.oneof(
  fc.record({ type: fc.constant('turn.opened' as const), system: text, prompt: text }),
  fc.record({ type: fc.constant('turn.told' as const), text, messageIds: fc.constant<MessageId[]>([]) }),
  fc.record({ type: fc.constant('tool.called' as const), callId: short, tool: short, input: text }),
  fc.record({
    type: fc.constant('tool.returned' as const),
    callId: short,
    tool: short,
    output: text,
    isError: fc.boolean(),
    durationMs: fc.nat(),
  }),
  fc.record({
    type: fc.constant('step.answered' as const),
    step: fc.integer({ min: 1, max: 500 }),
    text,
    calls: fc.array(fc.record({ callId: short, tool: short, input: text }), { maxLength: 32 }),
    finishReason: short,
  }),
);

it('whatever a runtime says becomes an event of the log that fits, and comes back as it was said', async () => {
  await fc.assert(
    fc.asyncProperty(event, async (said) => {
      const blobs = mapBlobs();
      const kept = await toConversation(blobs, caller, said);
      expect(ConversationEvent.safeParse(kept).error).toBeUndefined();
      expect(JSON.stringify(kept).length).toBeLessThanOrEqual(EVENT_MAX);
      expect(await fromConversation(blobs, kept)).toEqual(said);
    }),
    { numRuns: 300 },
  );
});

it('keeps short texts in the event itself', async () => {
  const blobs = mapBlobs();
  const kept = await toConversation(blobs, caller, { type: 'turn.told', text: 'go on', messageIds: [] });
  expect(kept).toMatchObject({ type: 'turn.told', v: 1, text: 'go on', ...caller });
  expect(blobs.size).toBe(0);
});
