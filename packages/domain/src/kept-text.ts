import type { Blobs } from './ports/blobs.ts';
import { INLINE_TEXT_MAX, type Text } from './text.ts';

/** Characters that a text takes in the JSON of an event: a line break takes two, a control character six. Pure. */
const jsonLength = (text: string): number => JSON.stringify(text).length - 2;

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

/** Texts by name as one event may hold them: each takes at most `eachMax` characters of JSON, and all of them together at most `allMax`. */
export async function keepTexts(
  blobs: Blobs,
  texts: Readonly<Record<string, string>>,
  { eachMax, allMax }: { eachMax: number; allMax: number },
): Promise<Record<string, Text>> {
  const named = Object.entries(texts);
  const max = Math.min(eachMax, Math.floor(allMax / Math.max(1, named.length)));
  const kept = named.map(async ([name, text]) => [name, await keepText(blobs, text, max)] as const);
  return Object.fromEntries(await Promise.all(kept));
}

/** The whole text behind what an event holds. @throws {FusionError} `blob_unknown` */
export const wholeText = async (blobs: Blobs, text: Text): Promise<string> =>
  typeof text === 'string' ? text : blobs.get(text.blob);

/** The whole texts, by the same names. @throws {FusionError} `blob_unknown` */
export async function wholeTexts(blobs: Blobs, texts: Readonly<Record<string, Text>>): Promise<Record<string, string>> {
  const read = Object.entries(texts).map(async ([name, text]) => [name, await wholeText(blobs, text)] as const);
  return Object.fromEntries(await Promise.all(read));
}
