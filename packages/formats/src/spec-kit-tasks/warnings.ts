import type { ErrorCode } from '@fusion-kit/domain/errors';
import type { FileProblem } from '../problem.ts';

/** Of one kind, so many are told one by one. */
const TOLD_MAX = 8;

/** What was odd in a file, by kind, so that a file that is odd in one way throughout does not bury the rest. */
export interface Oddities {
  /** `kind` in words for when there are many: "lines are not written as the grammar wants". */
  add(kind: string, line: number, message: string): void;
  /** In the order of lines, each as `file:line:1: …`. */
  warnings(file: string): string[];
  problems(): FileProblem[];
}

export function oddities(): Oddities {
  const byKind = new Map<string, { line: number; message: string }[]>();
  return {
    add(kind, line, message) {
      const told = byKind.get(kind);
      if (told) told.push({ line, message });
      else byKind.set(kind, [{ line, message }]);
    },
    warnings: (file) =>
      [...byKind]
        .flatMap(([kind, told]) => {
          const more = told[TOLD_MAX];
          const first = told.slice(0, TOLD_MAX);
          if (more === undefined) return first;
          return [...first, { line: more.line, message: `and ${told.length - TOLD_MAX} more: ${kind}` }];
        })
        .toSorted((left, right) => left.line - right.line)
        .map(({ line, message }) => `${file}:${line}:1: ${message}`),
    problems: () =>
      [...byKind.values()].flatMap((told) =>
        told.map(({ line, message }) => problem('workflow_invalid', line, message)),
      ),
  };
}

export const problem = (code: ErrorCode, line: number, message: string): FileProblem => ({
  code,
  message,
  line,
  column: 1,
});
