import { type ErrorCode, failure, FusionError } from '@fusion-kit/domain/errors';

/** One thing that is wrong in a file; lines and columns count from 1. */
export interface FileProblem {
  code: ErrorCode;
  message: string;
  /** In place of the one that goes with the code. */
  remedy?: string | undefined;
  line: number;
  column: number;
}

/** More problems than this are not told at once. */
export const PROBLEMS_MAX = 20;

/**
 * The error for everything that was found wrong in a file, in file order: its code is the first problem's, its message has one line
 * `file:line:column: …` for each. Its details are `{ file, line, column, problems }`: the place of the first, and each problem as a `Failure`
 * with its own place in its details.
 */
export function fileError(file: string, found: readonly FileProblem[]): FusionError {
  const problems = found
    .toSorted((left, right) => left.line - right.line || left.column - right.column)
    .slice(0, PROBLEMS_MAX)
    .map(({ code, message, remedy, line, column }) =>
      failure(code, `${file}:${line}:${column}: ${message}`, {
        details: { file, line, column },
        ...(remedy !== undefined && { remedy }),
      }),
    );
  const [first] = problems;
  if (first === undefined) throw new RangeError('there is no problem to tell');
  const message = problems.map((problem) => problem.message).join('\n');
  return new FusionError(first.code, message, {
    details: { ...first.details, problems },
    remedy: first.remedy,
  });
}
