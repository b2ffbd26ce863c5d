import type { NodeWork } from '@fusion-kit/domain/node';
import { NodeId, type WorkflowNode } from '@fusion-kit/domain/workflow';
import type { Carry } from './carry.ts';
import { type Expression, readExpression } from './expression.ts';
import { resolvePath } from './resolve.ts';
import type { Carried, Scope } from './scope.ts';
import type { Step } from './step.ts';
import { piecesOf, shellOf, templateOf } from './template.ts';
import { choicesIn, literal, type Resolve, translate } from './translate.ts';

export type Need = WorkflowNode['needs'][number];

/** What a step has become: its nodes, and what the next step waits for. */
export interface Part {
  nodes: WorkflowNode[];
  exits: Need[];
}

/** What all steps of a file share while they are carried over. */
export interface Shared {
  carry: Carry;
  carried: Map<string, Carried>;
  /** Ids of nodes that are taken. */
  taken: Set<string>;
  /** Carries a list of steps over as the body of a node. */
  steps(list: readonly unknown[], path: readonly (string | number)[], scope: Scope): WorkflowNode[];
}

/** Where a step stands: its scope, and what it waits for. */
export interface Place extends Shared {
  scope: Scope;
  needs: readonly Need[];
}

/** Nobody is hurried: Spec Kit waits for people and for commands of an agent as long as it takes. */
export const PATIENCE_MS = 14 * 24 * 3_600_000;

/** A free id for a node that is called like a step. */
export function nodeId(name: string, { taken }: Shared): string {
  const plain = name
    .replaceAll(/[^A-Za-z0-9_-]/g, '_')
    .replace(/^(?=[^A-Za-z_])/, 'step-')
    .slice(0, 80);
  let free = NodeId.parse(plain);
  for (let count = 2; taken.has(free); count += 1) free = `${plain}-${count}`;
  taken.add(free);
  return free;
}

export interface NodeOptions {
  title: string;
  timeoutMs?: number | undefined;
  when?: string | undefined;
  retries?: number | undefined;
  body?: WorkflowNode[] | undefined;
}

export const nodeOf = (id: string, work: NodeWork, needs: readonly Need[], options: NodeOptions): WorkflowNode => ({
  id,
  title: options.title.slice(0, 200),
  work,
  needs: [...needs],
  requires: [],
  priority: 5,
  retry: { limit: options.retries ?? 0, backoffMs: 2_000 },
  timeoutMs: options.timeoutMs ?? PATIENCE_MS,
  ...(options.when !== undefined && { when: options.when }),
  ...(options.body && { body: options.body }),
});

/** Texts of a step in our words. What cannot be carried over is told with the place of the text. */
export interface Words {
  /** A text with blocks in it. */
  template(text: string, ...key: (string | number)[]): string;
  shell(text: string, ...key: (string | number)[]): { run: string; env: Record<string, string> };
  /** Something that is true or false; it has to be one whole block. */
  condition(text: string, ...key: (string | number)[]): string;
  /** A value: one block with its own type, else a text. */
  value(text: string, ...key: (string | number)[]): string;
  /** Whether a value, without the blanks around it, is this text. */
  matches(text: string, wanted: string, ...key: (string | number)[]): string;
}

export function wordsOf(step: Pick<Step, 'path'>, place: Shared & { scope: Scope }, fanIn?: readonly string[]): Words {
  const { carry, carried, scope } = place;
  type Path = readonly (string | number)[];
  const attempt = <Result>(
    text: string,
    path: Path,
    otherwise: Result,
    work: (found: Expression, resolve: Resolve) => Result,
  ): Result => {
    try {
      return work(readExpression(text), (parts) =>
        resolvePath(parts, { scope, path, carried, carry, ...(fanIn && { fanIn }) }),
      );
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      carry.problem(path, `{{${text.slice(0, 80)}}}: ${error.message}`);
      return otherwise;
    }
  };
  const block = (path: Path) => (text: string) => attempt(text, path, 'null', translate);
  const value = (text: string, key: readonly (string | number)[]): string => {
    const translated = block([...step.path, ...key]);
    const pieces = piecesOf(text.trim());
    const [only] = pieces;
    if (pieces.length === 1 && only?.kind === 'block') return translated(only.text);
    if (pieces.every(({ kind }) => kind === 'text')) return literal(text);
    const parts = piecesOf(text).map((piece) =>
      piece.kind === 'text' ? literal(piece.text) : `default(${translated(piece.text)}, '')`,
    );
    return `join([${parts.join(', ')}], '')`;
  };
  return {
    template: (text, ...key) => templateOf(text, block([...step.path, ...key])),
    shell: (text, ...key) => shellOf(text, block([...step.path, ...key])),
    value: (text, ...key) => value(text, key),
    matches: (text, wanted, ...key) => {
      const [only, ...others] = piecesOf(text.trim());
      const path = [...step.path, ...key];
      const choices =
        only?.kind === 'block' && others.length === 0
          ? attempt(only.text, path, undefined, (found, resolve) => choicesIn([found], resolve))
          : undefined;
      return `(trim(default(${value(text, key)}, '')) == ${literal(choices?.get(wanted) ?? wanted)})`;
    },
    condition: (text, ...key) => {
      const plain = text.trim().toLowerCase();
      if (plain === 'true' || plain === 'false') return plain;
      const [only, ...others] = piecesOf(text.trim());
      if (only?.kind === 'block' && others.length === 0) return value(text, key);
      carry.problem([...step.path, ...key], `a condition is one block {{ … }}, not ${text.slice(0, 60)}`);
      return 'false';
    },
  };
}

/** Notes a step down as one that later ones may speak of. */
export function remember(
  step: Step,
  place: Place,
  node: string,
  facts: Omit<Carried, 'step' | 'node' | 'scope'>,
): void {
  place.carried.set(step.id, { step, node, scope: place.scope, ...facts });
}
