import { didYouMean } from '@fusion-kit/domain/nearest';
import { OutputName } from '@fusion-kit/domain/nodes/fields';
import type { Carry } from './carry.ts';
import { type Carried, lifted, type Scope, scopesFrom, wayOut } from './scope.ts';
import { literal, type Translated } from './translate.ts';

/** Where an expression stands. */
export interface Standing {
  scope: Scope;
  path: readonly (string | number)[];
  carried: ReadonlyMap<string, Carried>;
  carry: Carry;
  /** Ids of steps that a fan-in waits for, when the expression is one of its outputs. */
  fanIn?: readonly string[];
}
type Parts = readonly (string | number)[];

const OUTPUTS_MAX = 18;

/** What a path of an expression is in our words. What is unknown is nothing, as in Spec Kit, and told. */
export function resolvePath(parts: Parts, at: Standing): Translated {
  const [root, ...rest] = parts;
  switch (root) {
    case 'inputs':
      return input(rest, at);
    case 'item':
      return { text: `item${members(rest)}` };
    case 'context':
      return context(rest, at);
    case 'fan_in':
      return fanIn(rest, at);
    case 'steps':
      return step(rest, at);
    default:
      at.carry.warn(at.path, `${root} is nothing that a workflow knows: it is read as null`);
      return { text: 'null' };
  }
}

const members = (parts: Parts): string =>
  parts.map((part) => (typeof part === 'number' ? `[${part}]` : `[${literal(part)}]`)).join('');

function input([name, ...rest]: Parts, { carry, path }: Standing): Translated {
  if (typeof name !== 'string' || !carry.inputs.has(name)) {
    carry.problem(path, `there is no input ${name}${didYouMean(String(name), carry.inputs)}`);
    return { text: 'null' };
  }
  return { text: rest.length === 0 ? `inputs.${name}` : `fromJson(inputs.${name})${members(rest)}` };
}

function context([name]: Parts, { carry, path }: Standing): Translated {
  if (name === 'run_id') return { text: 'run.id' };
  if (name === 'workflow_dir') return { text: literal(carry.directory) };
  carry.warn(path, `context.${name} is nothing that a workflow knows: it is read as null`);
  return { text: 'null' };
}

/** The outputs of the steps that are waited for: a list, or one of them and on into it. */
function fanIn([name, position, ...rest]: Parts, at: Standing): Translated {
  const ids = at.fanIn;
  if (ids === undefined || name !== 'results') {
    at.carry.warn(at.path, 'fan_in stands for something only in the outputs of a fan-in step: it is read as null');
    return { text: 'null' };
  }
  if (typeof position === 'number') {
    const id = ids[position];
    return id === undefined ? { text: 'null' } : step([id, 'output', ...rest], at);
  }
  return { text: `[${ids.map((id) => step([id, 'output'], at).text).join(', ')}]` };
}

function step([id, what, ...rest]: Parts, at: Standing): Translated {
  const { carry, carried, path, scope } = at;
  const found = carried.get(String(id));
  if (!found) return notYet(String(id), at);
  const { common, left } = wayOut(found.scope, scope);
  if (left.some(({ kind }) => kind === 'map')) {
    carry.problem(path, `${id} runs once for every item: read the results of its fan-out instead`);
    return { text: 'null' };
  }
  const name = String(id)
    .replaceAll(/[^A-Za-z0-9_]/g, '_')
    .slice(0, 30);
  const out = (expression: string, suffix: string): string =>
    left.length === 0
      ? expression
      : lifted(expression, found.scope, common, `${/^\d/.test(name) ? '_' : ''}${name}_${suffix}`.slice(0, 64));
  if (what === 'status') return { text: out(`nodes.${found.node}.state`, 'state') };
  if (what !== 'output') {
    carry.warn(path, `steps.${id}.${what} is nothing that a step has: it is read as null`);
    return { text: 'null' };
  }
  return output(found, rest, at, out);
}

function output(
  found: Carried,
  [field, ...rest]: Parts,
  at: Standing,
  out: (expression: string, suffix: string) => string,
): Translated {
  const { step: target, outputs, choices } = found;
  const name = String(field ?? '');
  const key = name === '' ? 'whole' : name;
  const known = Object.hasOwn(outputs, key) ? outputs[key] : undefined;
  if (known !== undefined) {
    const text = out(known, key);
    const isJson = found.json?.includes(key) === true;
    const value = isJson ? `fromJson(${text})` : text;
    if (rest.length > 0 && !isJson) return { text: `fromJson(${value})${members(rest)}` };
    return { text: `${value}${members(rest)}`, ...(name === 'choice' && { choices }) };
  }
  if (found.asked && OutputName.safeParse(name).success) {
    if (!found.asked.includes(name)) found.asked.push(name);
    if (found.asked.length > OUTPUTS_MAX)
      at.carry.problem(at.path, `step ${target.id} is asked for more than ${OUTPUTS_MAX} outputs`);
    at.carry.warn(
      at.path,
      `${name} of step ${target.id} is nothing that Spec Kit keeps: here its agent is asked for it`,
    );
    const text = out(`nodes.${found.node}.outputs.${name}`, name);
    return { text: rest.length > 0 ? `fromJson(${text})${members(rest)}` : text };
  }
  at.carry.warn(at.path, `${name} is nothing that step ${target.id} gives: it is read as null`);
  return { text: 'null' };
}

/** A step that has not run by then gives nothing; in a loop it would give what it gave in the round before. */
function notYet(id: string, { carry, path, scope }: Standing): Translated {
  if (!carry.ids.has(id)) carry.warn(path, `there is no step ${id}${didYouMean(id, carry.ids)}: it is read as null`);
  else if (scopesFrom(scope).some(({ kind }) => kind === 'loop')) {
    carry.problem(
      path,
      `step ${id} is read before it runs in the round, which cannot be carried over: values of the round before are gone. Ask for iteration in a workflow of our own, or put the step before this one`,
    );
  } else carry.warn(path, `step ${id} has not run by then: it is read as null`);
  return { text: 'null' };
}
