import type { WorkflowNode } from '@fusion-kit/domain/workflow';
import { evaluate, isTrue } from '@fusion-kit/domain/expression/evaluate';
import { type Need, nodeId, nodeOf, type Part, type Place, remember, wordsOf } from './place.ts';
import { branch, scopesFrom } from './scope.ts';
import type { Step, StepOf } from './step.ts';

interface Branch {
  /** What it is called beside the step: `then`, `case-2`. */
  name: string;
  title: string;
  when: string;
  steps: readonly unknown[];
  path: readonly (string | number)[];
}

export function ifStep(step: StepOf<'if'>, place: Place): Part {
  const { condition, then, else: otherwise } = step.fields;
  const when = repeatedCondition(condition, place) ?? wordsOf(step, place).condition(condition, 'condition');
  const branches = [
    { name: 'then', title: `If ${step.id}`, when, steps: then, path: [...step.path, 'then'] },
    {
      name: 'else',
      title: `If not ${step.id}`,
      when: `not ${inBrackets(when)}`,
      steps: otherwise ?? [],
      path: [...step.path, 'else'],
    },
  ];
  return branchesPart(step, place, branches, { condition_result: inBrackets(when), whole: inBrackets(when) });
}

export function switchStep(step: StepOf<'switch'>, place: Place): Part {
  const { expression, cases, default: otherwise } = step.fields;
  const words = wordsOf(step, place);
  const cased = Object.entries(cases);
  const matches = cased.map(([value]) => words.matches(expression, value, 'expression'));
  const branches = cased.map(([value, steps], at): Branch => ({
    name: `case-${at + 1}`,
    title: `${step.id}: ${value}`.slice(0, 200),
    when: matches[at]!,
    steps,
    path: [...step.path, 'cases', value],
  }));
  const none = matches.length === 0 ? 'true' : `not (${matches.join(' or ')})`;
  const last: Branch = {
    name: 'default',
    title: `${step.id}: none of them`,
    when: none,
    steps: otherwise ?? [],
    path: [...step.path, 'default'],
  };
  return branchesPart(step, place, [...branches, last], { whole: `trim(${words.value(expression, 'expression')})` });
}

const inBrackets = (text: string): string =>
  /^[\w.-]+$/.test(text) || (text.startsWith('(') && text.endsWith(')')) ? text : `(${text})`;

/** Every branch with steps as a body of its own; the next step waits for all, whichever was taken. */
function branchesPart(step: Step, place: Place, branches: readonly Branch[], outputs: Record<string, string>): Part {
  const nodes: WorkflowNode[] = [];
  const first = nodeId(step.id, place);
  const taken = branches.filter(({ steps }) => steps.length > 0);
  for (const { name, title, when, steps, path } of taken) {
    const id = nodeId(`${step.id}-${name}`, place);
    const scope = branch(place.scope, id);
    const body = place.steps(steps, path, scope);
    if (body.length === 0) continue;
    const work = { kind: 'subworkflow' as const, inputs: {}, outputs: scope.outputs };
    nodes.push(nodeOf(id, work, place.needs, { title, when, body }));
  }
  remember(step, place, first, { outputs });
  // the step itself: done when its branches are
  const accept: Need['accept'] = step.continueOnError ? ['completed', 'skipped', 'failed'] : ['completed', 'skipped'];
  const needs = nodes.length === 0 ? place.needs : nodes.map(({ id }) => ({ id, accept }));
  nodes.push(nodeOf(first, { kind: 'join', verify: [] }, needs, { title: step.id }));
  return { nodes, exits: [{ id: first, accept: ['completed'] }] };
}

/**
 * In a loop that goes on while something is true, the same condition in its body is true in every round after the first, whatever it speaks of; in the first
 * nothing has a value yet.
 */
function repeatedCondition(condition: string, { scope }: Place): string | undefined {
  const loop = scopesFrom(scope).find(({ repeats }) => repeats !== undefined);
  if (loop?.repeats !== condition.trim()) return undefined;
  return loop.atFirst === true ? 'true' : '(iteration > 1)';
}

/** Whether a condition holds while nothing that it speaks of has a value. */
export const holdsAtFirst = (expression: string): boolean => {
  try {
    return isTrue(evaluate(expression, { inputs: {}, outputs: {} }));
  } catch {
    return false;
  }
};
