import { preview, type Text } from '@fusion-kit/domain/text';

/** The fields of a tool's input that say what it is about, the most telling first. */
const TELLING = ['path', 'command', 'pattern', 'query', 'topic', 'to', 'summary', 'text', 'message'];
const LINE_MAX = 160;

export const oneLine = (text: string, max = LINE_MAX): string => {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length > max ? `${flat.slice(0, max - 1)}…` : flat;
};

/** A tool call as one line: `edit_file src/discount.js`. Pure. */
export function toolLine(tool: string, input: Text): string {
  const subject = subjectOf(preview(input));
  return subject ? `${tool} ${oneLine(subject)}` : tool;
}

function subjectOf(input: string): string | undefined {
  let fields: unknown;
  try {
    fields = JSON.parse(input);
  } catch {
    return input; // cut off in the middle, or plain text
  }
  if (typeof fields === 'string') return fields;
  if (typeof fields !== 'object' || fields === null) return undefined;
  const named = fields as Record<string, unknown>;
  const key = TELLING.find((name) => typeof named[name] === 'string');
  return key && String(named[key]);
}
