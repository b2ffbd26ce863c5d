import { FusionError } from '../errors.ts';

/** Where something stands in a text: `offset` in characters from 0, `line` and `column` from 1. */
export interface TextPosition {
  offset: number;
  line: number;
  column: number;
}

/** Positions of rising offsets, without counting the lines from the start each time. */
export function positionCounter(text: string): (offset: number) => TextPosition {
  let line = 1;
  let lineStart = 0;
  return (offset) => {
    for (let end = text.indexOf('\n', lineStart); end !== -1 && end < offset; end = text.indexOf('\n', lineStart)) {
      line++;
      lineStart = end + 1;
    }
    return { offset, line, column: offset - lineStart + 1 };
  };
}

/** The one error of this language: `expression_invalid`, its message starting with the place; its details the `TextPosition`, and the rest of the message as `reason`. */
export function invalidAt(text: string, at: number, message: string): FusionError {
  const { offset, line, column } = positionCounter(text)(at);
  return new FusionError('expression_invalid', `line ${line}, column ${column}: ${message}`, {
    details: { offset, line, column, reason: message },
  });
}
