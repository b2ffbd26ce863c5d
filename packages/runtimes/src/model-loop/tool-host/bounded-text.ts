/** Most characters of one tool result; more would fill the model's context with one call. */
export const RESULT_MAX = 30_000;

export interface BoundedText {
  add(text: string): void;
  /** Head and tail of all that was added, saying how much was cut between them. */
  toString(): string;
}

/** Collects text of any length in bounded memory. */
export function boundedText(max = RESULT_MAX): BoundedText {
  const half = Math.floor(max / 2);
  let head = '';
  let tail = '';
  let cut = 0;
  return {
    add(text) {
      const room = half - head.length;
      head += text.slice(0, Math.max(room, 0));
      tail += text.slice(Math.max(room, 0));
      if (tail.length > half) {
        cut += tail.length - half;
        tail = tail.slice(-half);
      }
    },
    toString: () => (cut === 0 ? head + tail : `${head}\n[… ${cut} characters cut …]\n${tail}`),
  };
}

/** `text`, or its head and tail when it is longer than a tool result may be. Pure. */
export function bounded(text: string, max = RESULT_MAX): string {
  const whole = boundedText(max);
  whole.add(text);
  return whole.toString();
}
