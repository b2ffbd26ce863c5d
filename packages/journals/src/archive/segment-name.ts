/** Numbers of the first and last event of a segment. */
export interface Range {
  first: number;
  last: number;
}

const DIGITS = 9;
const NAME = /^(\d{9,15})-(\d{9,15})\.jsonl\.zst$/;

/** `000000001-000050000.jsonl.zst`. Pure. */
export const segmentName = ({ first, last }: Range): string =>
  `${[first, last].map((seq) => String(seq).padStart(DIGITS, '0')).join('-')}.jsonl.zst`;

/** What a file of the archive holds by its name; undefined for any other file. Pure. */
export function rangeOf(name: string): Range | undefined {
  const found = NAME.exec(name);
  return found ? { first: Number(found[1]), last: Number(found[2]) } : undefined;
}

/** A segment that is being written; nothing reads it. */
export const isUnfinished = (name: string): boolean => name.startsWith('.unfinished-');
