import { findings } from '../workflow-yaml/issues.ts';
import { AnyStep, isStepType, type Step, STEP_TYPES } from './step.ts';
import type { Carry } from './carry.ts';

type Path = readonly (string | number)[];

/** How deep steps may lie in one another. */
const DEPTH_MAX = 8;

/** The steps of a list, each checked; those that cannot be read are told as problems and left out. */
export function readSteps(list: readonly unknown[], path: Path, carry: Carry): Step[] {
  return list.flatMap((value, at) => readStep(value, [...path, at], carry) ?? []);
}

function readStep(value: unknown, path: Path, carry: Carry): Step | undefined {
  const any = AnyStep.safeParse(value);
  if (!any.success) {
    for (const finding of findings(any.error.issues, carry.value, path))
      carry.problem(finding.path as (string | number)[], finding.message);
    return undefined;
  }
  const { id, type, continue_on_error: continueOnError } = any.data;
  if (path.filter((part) => typeof part === 'number' || part === 'step').length > DEPTH_MAX) {
    carry.problem(path, `step ${id} lies more than ${DEPTH_MAX} steps deep`);
    return undefined;
  }
  if (carry.seen.has(id)) carry.problem([...path, 'id'], `the step id ${id} is given twice`);
  carry.seen.add(id);
  if (!isStepType(type)) {
    carry.problem([...path, 'type'], unknownType(id, type));
    return undefined;
  }
  const fields = STEP_TYPES[type].safeParse(value);
  if (!fields.success) {
    for (const finding of findings(fields.error.issues, carry.value, path))
      carry.problem(finding.path as (string | number)[], finding.message);
    return undefined;
  }
  return { id, type, fields: fields.data, continueOnError, path } as Step;
}

const unknownType = (id: string, type: string): string =>
  `step ${id} is of type ${type}, which cannot be carried over: step types beyond ${Object.keys(STEP_TYPES).join(', ')} are Python code of another program. Say it as a shell or prompt step`;
