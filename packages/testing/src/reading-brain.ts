import type { Brain, ChatRequest } from './loopback-model.ts';

/**
 * Files of a workspace that are read one after the other, each of which names the next. With the second one the conversation is more than `READING_CONTEXT`
 * holds, unless results are cut; with the third even so.
 */
export const READING_FILES: Readonly<Record<string, string>> = Object.fromEntries(
  [9_000, 9_000, 11_000].map((length, at) => [`part-${at}.txt`, `NEXT ${at + 1}\n${`part ${at} `.repeat(length / 7)}`]),
);
/** Tokens of a context that holds a few of them. */
export const READING_CONTEXT = 8_000;

/**
 * Reads the files, the first in an answer that also looks at the directory, and finishes. What comes next it takes from the last result alone, and its
 * notes from what it is shown, so that it answers the same in every process.
 */
export const readingBrain: Brain = (request) => {
  if (request.tools.length === 0) return { text: `Notes: ${lastNext(request)} parts are read.` };
  const next = lastNext(request);
  if (!(`part-${next}.txt` in READING_FILES))
    return { calls: [{ id: 'finish', tool: 'finish', input: { summary: `${next} parts` } }] };
  const read = { id: `read-${next}`, tool: 'read_file', input: { path: `part-${next}.txt` } };
  const look = { id: 'look', tool: 'list_files', input: { path: '.' } };
  return { text: `Part ${next}.`, calls: next === 0 ? [look, read] : [read] };
};

const lastNext = ({ messages }: ChatRequest): number => {
  const said = messages.flatMap(({ content }) => [...content.matchAll(/NEXT (\d+)/g)].map(([, next]) => Number(next)));
  return said.at(-1) ?? 0;
};
