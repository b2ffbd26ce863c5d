import type { NewWorkflow, WorkflowCheck } from './api.ts';
import { asFusionError, Failure, failure, FusionError } from './errors.ts';
import type { WorkflowDefinition } from './workflow.ts';
import { checkWorkflow } from './workflow-check.ts';
import type { WorkflowProblem } from './workflow-check/problem.ts';
import { forecastOf } from './workflow-forecast.ts';
import * as z from 'zod';

/** The text of a workflow file. `file` decides the format and is named in messages; `context` is what its reader may look at beside it. */
export interface WorkflowSource {
  text: string;
  file: string;
  context?: NewWorkflow['context'];
}

/**
 * Reads a file of some format.
 * @throws {FusionError} `workflow_…` or `expression_invalid`; several problems at once are `details.problems`, each a `Failure`
 */
export type ReadWorkflow = (source: WorkflowSource) => { definition: WorkflowDefinition; warnings: readonly string[] };

const NO_GRAPH = { nodes: 0, levels: 0, widest: 0, criticalPath: [] };
const Several = z.object({ problems: z.array(Failure).min(1) });

const failuresOf = (problems: readonly WorkflowProblem[]): Failure[] =>
  problems.map(({ code, message, path, offset, remedy }) =>
    failure(code, message, { details: { path, ...(offset !== undefined && { offset }) }, ...(remedy && { remedy }) }),
  );

/** What a definition that could be read would run as: its problems, and the figures of its graph when that has no cycle. */
export function checkOf(definition: WorkflowDefinition, warnings: readonly string[] = []): WorkflowCheck {
  const found = checkWorkflow(definition);
  const problems = failuresOf(found.problems);
  const all = [...new Set([...warnings, ...found.warnings])];
  const { nodes } = definition;
  if (problems.some(({ code }) => code === 'workflow_cycle'))
    return { valid: false, problems, warnings: all, ...NO_GRAPH, nodes: nodes.length };
  return {
    valid: problems.length === 0,
    problems,
    warnings: all,
    ...forecastOf(definition),
    conflicts: found.conflicts,
  };
}

/** Checks the text of a workflow file. What makes it unreadable is answered as its problems, each with line and column where known. */
export function checkSource(read: ReadWorkflow, source: WorkflowSource): WorkflowCheck {
  try {
    const { definition, warnings } = read(source);
    return checkOf(definition, warnings);
  } catch (thrown) {
    const error = asFusionError(thrown);
    if (error.code === 'internal') throw thrown;
    const several = Several.safeParse(error.details);
    return {
      valid: false,
      problems: several.success ? several.data.problems : [error.toJSON()],
      warnings: [],
      ...NO_GRAPH,
    };
  }
}

/** The definition in a file that can run. @throws {FusionError} its first problem, all of them in `details.problems` */
export function readSound(read: ReadWorkflow, source: WorkflowSource): WorkflowDefinition {
  const { definition } = read(source);
  const problems = failuresOf(checkWorkflow(definition).problems);
  const [first] = problems;
  if (!first) return definition;
  throw new FusionError(first.code, first.message, { details: { ...first.details, problems } });
}
