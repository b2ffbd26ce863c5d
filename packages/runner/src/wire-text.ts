import { type ConversationEvent, EVENT_MAX } from '@fusion-kit/domain/event';
import { keepText, wholeText } from '@fusion-kit/domain/kept-text';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import type { Caller } from '@fusion-kit/domain/ports/upstream';
import { INLINE_TEXT_MAX, type Text } from '@fusion-kit/domain/text';

/** Fields of conversation events that hold text of any length. */
const TEXTS = ['text', 'system', 'prompt', 'input', 'output'] as const;
/** Together the texts of one event stay below the size of an event, so they are short when they are many. */
const INLINE_SUM_MAX = 8_000;
const EVENT_SUM_MAX = EVENT_MAX - 1_500;
/** What a text takes beside itself: its names, and the pointer into the blob store. */
const TEXT_FRAME = 300;

type Fields = Record<string, unknown>;

async function mapTexts(fields: Fields, each: (text: Text) => Promise<Text>): Promise<Fields> {
  const texts = TEXTS.filter((name) => name in fields).map(
    async (name) => [name, await each(fields[name] as Text)] as const,
  );
  return { ...fields, ...Object.fromEntries(await Promise.all(texts)) };
}

async function mapAll(event: Fields, each: (text: Text) => Promise<Text>): Promise<Fields> {
  const calls = Array.isArray(event['calls'])
    ? { calls: await Promise.all(event['calls'].map((call: Fields) => mapTexts(call, each))) }
    : {};
  return { ...(await mapTexts(event, each)), ...calls };
}

/** What a runtime yields as an event of the log: whose it is, and long texts in the blob store. */
export async function toConversation(blobs: Blobs, caller: Caller, event: RuntimeEvent): Promise<ConversationEvent> {
  const many = 'calls' in event ? event.calls.length + 1 : 2;
  const max = Math.max(
    0,
    Math.min(INLINE_TEXT_MAX, Math.floor(INLINE_SUM_MAX / many), Math.floor(EVENT_SUM_MAX / many) - TEXT_FRAME),
  );
  const kept = await mapAll({ ...event }, (text) =>
    typeof text === 'string' ? keepText(blobs, text, max) : Promise.resolve(text),
  );
  return { ...kept, v: 1, ...caller } as unknown as ConversationEvent;
}

/** An event of the log as a runtime reads it, texts whole. */
export async function fromConversation(blobs: Blobs, event: ConversationEvent): Promise<RuntimeEvent> {
  const { v: _v, projectId: _p, runId: _r, taskId: _t, agentId: _a, dispatchId: _d, ...bare } = event;
  return (await mapAll(bare, (text) => wholeText(blobs, text))) as unknown as RuntimeEvent;
}
