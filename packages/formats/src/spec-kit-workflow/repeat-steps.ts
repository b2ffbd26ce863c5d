import { holdsAtFirst } from './branch-steps.ts';
import { nodeId, nodeOf, type Part, type Place, remember, wordsOf } from './place.ts';
import type { Scope } from './scope.ts';
import type { StepOf } from './step.ts';
import { piecesOf } from './template.ts';
import { literal } from './translate.ts';

/** `while` asks before every round, `do-while` after it; reaching the last round is no error. */
export function loopStep(step: StepOf<'while'> | StepOf<'do-while'>, place: Place): Part {
  const { condition, steps, max_iterations } = step.fields;
  const max = countOf(max_iterations, 10, [...step.path, 'max_iterations'], place);
  const id = nodeId(step.id, place);
  const scope: Scope = { kind: 'loop', around: { scope: place.scope, node: id }, outputs: {} };
  if (step.type === 'do-while') {
    scope.repeats = condition.trim();
    scope.atFirst = holdsAtFirst(asIfUnset(condition));
  }
  const body = place.steps(steps, [...step.path, 'steps'], scope);
  const asked = wordsOf(step, { ...place, scope }).condition(condition, 'condition');
  const rounds = step.type === 'while' ? { while: asked } : { until: `not (${asked})` };
  remember(step, place, id, {
    outputs: { iterations: `nodes.${id}.outputs.iterations`, whole: `nodes.${id}.outputs.iterations` },
  });
  const work = { kind: 'loop' as const, ...rounds, max, atMax: 'complete' as const, outputs: scope.outputs };
  return { nodes: [nodeOf(id, work, place.needs, { title: step.id, body })], exits: [{ id, accept: ['completed'] }] };
}

/** A condition of the file with everything it speaks of put to null. */
const asIfUnset = (condition: string): string => {
  const [only] = piecesOf(condition.trim());
  return only?.kind === 'block'
    ? only.text.replaceAll(/\b(?:steps|inputs|context)(?:\.[\w-]+|\[\d+\])+/g, 'null')
    : 'false';
};

/** One round of the step for every item, so many at a time. */
export function fanOutStep(step: StepOf<'fan-out'>, place: Place): Part {
  const { items, step: template, max_concurrency } = step.fields;
  const width = countOf(max_concurrency, 1, [...step.path, 'max_concurrency'], place);
  const words = wordsOf(step, place);
  const over =
    typeof items === 'string'
      ? listOf(words.value(items, 'items'), place)
      : `[${items.map((item, at) => (typeof item === 'string' ? words.value(item, 'items', at) : literal(item))).join(', ')}]`;
  const id = nodeId(step.id, place);
  const scope: Scope = { kind: 'map', around: { scope: place.scope, node: id }, outputs: {} };
  const path = [...step.path, 'step'];
  const body = place.steps([template], path, scope);
  const inner = typeof template['id'] === 'string' ? place.carried.get(template['id']) : undefined;
  for (const [name, expression] of Object.entries(inner?.outputs ?? {})) {
    if (name !== 'whole' && name !== 'data' && expression.includes('nodes.'))
      scope.outputs[name] = `\${{ default(${expression}, '') }}`;
  }
  const results = `nodes.${id}.outputs.results`;
  remember(step, place, id, { json: ['results', 'whole'], outputs: { results, whole: results } });
  const work = {
    kind: 'map' as const,
    over,
    width,
    tolerant: template['continue_on_error'] === true,
    outputs: scope.outputs,
  };
  return { nodes: [nodeOf(id, work, place.needs, { title: step.id, body })], exits: [{ id, accept: ['completed'] }] };
}

/** A list that stands in an output or an input is its JSON there; the agent that gives it is told so. */
function listOf(value: string, { carried }: Place): string {
  const found = /^(?:inputs\.[\w-]+|nodes\.([\w-]+)\.outputs\.(\w+))$/.exec(value);
  if (!found) return value;
  const [, node, output] = found;
  for (const one of carried.values()) {
    if (one.node === node && output !== undefined && one.lists && one.asked?.includes(output) === true)
      one.lists[output] = { type: 'array' };
  }
  return `fromJson(${value})`;
}

/** What is waited for has run by then: the step only gives its outputs another name. */
export function fanInStep(step: StepOf<'fan-in'>, place: Place): Part {
  const { wait_for: waited, output } = step.fields;
  for (const [at, id] of waited.entries()) {
    if (!place.carried.has(id)) place.carry.problem([...step.path, 'wait_for', at], `step ${id} has not run by then`);
  }
  const id = nodeId(step.id, place);
  const words = wordsOf(step, place, waited);
  const outputs = Object.entries(output ?? {}).map(
    ([name, text]) => [name, words.value(text, 'output', name)] as const,
  );
  const results = words.value('{{ fan_in.results }}', 'wait_for');
  remember(step, place, id, { outputs: { results, ...Object.fromEntries(outputs), whole: results } });
  return {
    nodes: [nodeOf(id, { kind: 'join', verify: [] }, place.needs, { title: step.id })],
    exits: [{ id, accept: ['completed'] }],
  };
}

/** How many is settled when the graph is made: an input counts with its default. */
function countOf(
  said: number | string,
  otherwise: number,
  path: readonly (string | number)[],
  { carry }: Place,
): number {
  if (typeof said === 'number') return said;
  const name = /^\s*\{\{\s*inputs\.([\w-]+)\s*\}\}\s*$/.exec(said)?.[1];
  const given = Number(carry.defaults.get(name ?? '') || Number.NaN);
  const count = Number.isInteger(given) && given >= 1 && given <= 1_000 ? given : otherwise;
  carry.warn(path, `how many cannot be decided while the workflow runs: it is ${count} here`);
  return count;
}
