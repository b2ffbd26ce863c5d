import type { Blobs } from './ports/blobs.ts';
import { INLINE_TEXT_MAX, type Text } from './text.ts';

/** Characters that a text takes in the JSON of an event: a line break takes two, a control character six. Pure. */
export const jsonLength = (text: string): number => JSON.stringify(text).length - 2;

/** The beginning of a text that takes at most `max` characters of JSON, not cut inside a character that takes two places. Pure. */
export function cutText(text: string, max: number): string {
  let cut = text;
  for (let length = jsonLength(cut); length > max; length = jsonLength(cut))
    cut = cut.slice(0, Math.floor((cut.length * max) / length)).replace(/[\uD800-\uDBFF]$/, '');
  return cut;
}

/** The text an event may hold: itself when it takes at most `max` characters of JSON, else put into the blob store first, with a preview that does. */
export async function keepText(blobs: Blobs, text: string, max = INLINE_TEXT_MAX): Promise<Text> {
  if (text.length <= max && jsonLength(text) <= max) return text;
  const kept = await blobs.put(text);
  return { ...kept, preview: cutText(kept.preview, max) };
}

/** The whole text behind what an event holds. @throws {FusionError} `blob_unknown` */
export const wholeText = async (blobs: Blobs, text: Text): Promise<string> =>
  typeof text === 'string' ? text : blobs.get(text.blob);
