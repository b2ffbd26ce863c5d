import type { WorkflowNode } from '@fusion-kit/domain/workflow';
import { commandStep, promptStep } from './agent-steps.ts';
import { ifStep, switchStep } from './branch-steps.ts';
import type { Carry } from './carry.ts';
import { gateStep } from './gate-step.ts';
import type { Need, Part, Place, Shared } from './place.ts';
import { readSteps } from './read-steps.ts';
import { fanInStep, fanOutStep, loopStep } from './repeat-steps.ts';
import type { Scope } from './scope.ts';
import { initStep, shellStep } from './shell-steps.ts';
import type { Step, StepOf, StepType } from './step.ts';

/** How a step of each type becomes nodes. A new type is a line here and one in `STEP_TYPES`. */
const CARRIERS: { [Type in StepType]: (step: StepOf<Type>, place: Place) => Part } = {
  command: commandStep,
  prompt: promptStep,
  shell: shellStep,
  init: initStep,
  gate: gateStep,
  if: ifStep,
  switch: switchStep,
  while: loopStep,
  'do-while': loopStep,
  'fan-out': fanOutStep,
  'fan-in': fanInStep,
};

/** The steps of a file as a chain of nodes; those that cannot be carried over are told in `carry`. */
export function carrySteps(list: readonly unknown[], path: readonly (string | number)[], carry: Carry): WorkflowNode[] {
  const shared: Shared = { carry, carried: new Map(), taken: new Set(), steps: (...inner) => chain(...inner, shared) };
  return chain(list, path, { kind: 'file', outputs: {} }, shared);
}

function chain(
  list: readonly unknown[],
  path: readonly (string | number)[],
  scope: Scope,
  shared: Shared,
): WorkflowNode[] {
  const nodes: WorkflowNode[] = [];
  let needs: readonly Need[] = [];
  for (const step of readSteps(list, path, shared.carry)) {
    const part = carryStep(step, { ...shared, scope, needs });
    nodes.push(...part.nodes);
    for (const { id } of part.nodes) shared.carry.origins.set(id, step.path);
    needs = step.continueOnError && step.type !== 'gate' ? part.exits.map(orFailed) : part.exits;
  }
  return nodes;
}

const carryStep = <Type extends StepType>(step: Step & { type: Type }, place: Place): Part =>
  (CARRIERS[step.type] as (of: Step, at: Place) => Part)(step, place);

const orFailed = ({ id, accept }: Need): Need => ({ id, accept: [...new Set([...accept, 'failed' as const])] });
