import * as z from 'zod';
import { Event } from './event.ts';

/** Version of the event union and the frames that carry it; a page of another version reloads. */
export const SCHEMA_VERSION = 4;
/** Changes when `evolve` makes other rows from the same events; the journal then rebuilds its rows from the log. */
export const PROJECTION_VERSION = 1;

/** Proof that a command with this key was accepted: the same request gives the same reply, another one is refused. */
export const KeyedReply = z.object({ key: z.string().min(1).max(200), digest: z.string(), reply: z.unknown() });
export type KeyedReply = z.infer<typeof KeyedReply>;

/** One line of the log: number in the one gapless sequence (from 1), milliseconds since 1970, what happened. */
export const Entry = z.object({
  seq: z.int().positive(),
  at: z.int().nonnegative(),
  event: Event,
  keyed: KeyedReply.optional(),
});
export type Entry = z.infer<typeof Entry>;
