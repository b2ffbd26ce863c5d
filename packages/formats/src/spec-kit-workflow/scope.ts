import type { Step } from './step.ts';

/** A list of steps that run one after the other: that of the file, of a branch, of a loop, of a fan-out. */
export interface Scope {
  kind: 'file' | 'branch' | 'loop' | 'map';
  /** The scope around it and the node there that it is the body of. */
  around?: { scope: Scope; node: string };
  /** Outputs of that node, filled as somebody outside asks for them. */
  outputs: Record<string, string>;
  /** Of the loop that the scope is the body of: what it asks before going on, as the file has it. */
  repeats?: string;
  /** Whether that holds while nothing has run yet. */
  atFirst?: boolean;
}

/** A step that has been carried over, and so may be spoken of. */
export interface Carried {
  step: Step;
  /** Its node, or the first of them. */
  node: string;
  scope: Scope;
  /** Expressions of its own outputs, where they are not those of its node. */
  outputs: Readonly<Record<string, string>>;
  /** Names of outputs that are JSON texts, read as what they are. */
  json?: readonly string[];
  /** Options of a gate by the words of the file. */
  choices?: ReadonlyMap<string, string>;
  /** Outputs that its agent is asked for because somebody speaks of them. */
  asked?: string[];
  /** Those of them that have to be lists. */
  lists?: Record<string, Record<string, unknown>>;
}

export const branch = (scope: Scope, node: string): Scope => ({ kind: 'branch', around: { scope, node }, outputs: {} });

/** The scopes from the innermost to that of the file. */
export function scopesFrom(scope: Scope): Scope[] {
  const found = [scope];
  for (let at = scope.around?.scope; at; at = at.around?.scope) found.push(at);
  return found;
}

/**
 * An expression of an inner scope, as one that `outer`, a scope around it, may use: every body on the way gives it as an output. It is a text then.
 */
export function lifted(expression: string, inner: Scope, outer: Scope, name: string): string {
  let found = expression;
  for (let at = inner; at !== outer; at = at.around!.scope) {
    at.outputs[name] = `\${{ default(${found}, '') }}`;
    found = `nodes.${at.around!.node}.outputs.${name}`;
  }
  return found;
}

/** Scopes between a step and the first scope that `from` lies in too; `common` is that one. */
export function wayOut(inner: Scope, from: Scope): { common: Scope; left: Scope[] } {
  const around = new Set(scopesFrom(from));
  const left: Scope[] = [];
  let at = inner;
  while (!around.has(at)) {
    left.push(at);
    at = at.around!.scope;
  }
  return { common: at, left };
}
