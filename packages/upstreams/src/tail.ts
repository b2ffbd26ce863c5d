/** Text of which only the end is kept: the newest `max` characters, and how many went before them. */
export interface Tail {
  add(text: string): void;
  toString(): string;
}

export function tail(max: number): Tail {
  let kept = '';
  let seen = 0;
  const trim = () => {
    if (kept.length > max) kept = kept.slice(-max);
  };
  return {
    add(text) {
      seen += text.length;
      kept += text;
      // Trimmed at twice the size only, so that a long stream is not copied at every piece.
      if (kept.length > 2 * max) trim();
    },
    toString() {
      trim();
      return seen > kept.length ? `[${seen - kept.length} characters left out]…${kept}` : kept;
    },
  };
}

/** Whether a kept text lacks its beginning. */
export const isCut = (text: string): boolean => /^\[\d+ characters left out\]…/.test(text);
