import type { FileProblem } from '../problem.ts';
import type { Source } from '../workflow-yaml/source.ts';

type Path = readonly (string | number)[];

export const INTEGRATION_WARNING =
  'integrations are other programs: here an agent of the team does the steps of all of them';

/** What is carried along while a file is read: its text as data, what is wrong in it, the ids it gives. */
export interface Carry {
  value: unknown;
  /** Ids of all steps of the file. */
  ids: ReadonlySet<string>;
  /** Ids of the steps that have been read. */
  seen: Set<string>;
  /** Places of the steps that nodes come from, by the ids of the nodes. */
  origins: Map<string, Path>;
  /** Declared inputs. */
  inputs: ReadonlySet<string>;
  /** Their defaults. */
  defaults: ReadonlyMap<string, string>;
  /** Directory of the file. */
  directory: string;
  problem(path: Path, message: string): void;
  warn(path: Path, message: string): void;
  problems: FileProblem[];
  warnings: { line: number; column: number; message: string }[];
}

export function carryOf(source: Source, defaults: ReadonlyMap<string, string>, directory: string): Carry {
  const problems: FileProblem[] = [];
  const warnings = new Map<string, { line: number; column: number; message: string }>();
  return {
    value: source.value,
    ids: new Set(idsIn(source.value)),
    seen: new Set(),
    origins: new Map(),
    inputs: new Set(defaults.keys()),
    defaults,
    directory,
    problem: (path, message) => problems.push({ code: 'workflow_invalid', message, ...source.positionOf(path) }),
    warn: (path, message) => warnings.set(`${path.join('.')} ${message}`, { message, ...source.positionOf(path) }),
    problems,
    get warnings() {
      return [...warnings.values()];
    },
  };
}

const DEPTH_MAX = 60;

/** Every `id` in a file, as deep as steps can lie. */
function* idsIn(value: unknown, depth = 0): Generator<string> {
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return;
  if ('id' in value && typeof value.id === 'string') yield value.id;
  for (const part of Object.values(value)) yield* idsIn(part, depth + 1);
}
