import { type ErrorCode, FusionError } from '@fusion-kit/domain/errors';

/** One thing that is wrong in a file; lines and columns count from 1. */
export interface FileProblem {
  code: ErrorCode;
  message: string;
  line: number;
  column: number;
}

/** More problems than this are not told at once. */
export const PROBLEMS_MAX = 20;

/**
 * The error for everything that was found wrong in a file, in file order: its code is the first problem's, its message has one line
 * `file:line:column: …` for each, its details are those of the first and `problems`, the list.
 */
export function fileError(fileName: string, found: readonly FileProblem[]): FusionError {
  const problems = found
    .toSorted((left, right) => left.line - right.line || left.column - right.column)
    .slice(0, PROBLEMS_MAX);
  const [first] = problems;
  if (first === undefined) throw new RangeError('there is no problem to tell');
  const { code, line, column } = first;
  const lines = problems.map((one) => `${fileName}:${one.line}:${one.column}: ${one.message}`);
  return new FusionError(code, lines.join('\n'), { details: { file: fileName, line, column, problems } });
}
