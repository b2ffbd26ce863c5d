import type { Blobs } from './ports/blobs.ts';
import { INLINE_TEXT_MAX, type Text } from './text.ts';

/** The text an event may hold: itself when it is short enough, else put into the blob store first. */
export const keepText = async (blobs: Blobs, text: string, max = INLINE_TEXT_MAX): Promise<Text> =>
  text.length <= max ? text : blobs.put(text);

/** The whole text behind what an event holds. @throws {FusionError} `blob_unknown` */
export const wholeText = async (blobs: Blobs, text: Text): Promise<string> =>
  typeof text === 'string' ? text : blobs.get(text.blob);
