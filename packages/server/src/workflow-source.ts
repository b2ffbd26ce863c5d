import type { WorkflowCheck } from '@fusion-kit/domain/api';
import { asFusionError, errorOf, Failure, failure, FusionError } from '@fusion-kit/domain/errors';
import { criticalPath, levels } from '@fusion-kit/domain/graph';
import type { WorkflowDefinition } from '@fusion-kit/domain/workflow';
import { checkWorkflow } from '@fusion-kit/domain/workflow-check';
import * as z from 'zod';
import type { ServerOptions } from './options.ts';

type ReadWorkflow = ServerOptions['readWorkflow'];

const NO_GRAPH = { nodes: 0, levels: 0, widest: 0, criticalPath: [] };
const Several = z.object({ problems: z.array(Failure).min(1) });

const problemsOf = (definition: WorkflowDefinition): Failure[] =>
  checkWorkflow(definition).problems.map(({ code, message, path, offset }) =>
    failure(code, message, { details: { path, ...(offset !== undefined && { offset }) } }),
  );

/** What a definition that could be read would run as: its problems, and the figures of its graph when that has no cycle. */
export function checkOf(definition: WorkflowDefinition, warnings: readonly string[] = []): WorkflowCheck {
  const problems = problemsOf(definition);
  const all = [...new Set([...warnings, ...checkWorkflow(definition).warnings])];
  const { nodes } = definition;
  if (problems.some((problem) => problem.code === 'workflow_cycle'))
    return { valid: false, problems, warnings: all, ...NO_GRAPH, nodes: nodes.length };
  const byLevel = levels(nodes);
  return {
    valid: problems.length === 0,
    problems,
    warnings: all,
    nodes: nodes.length,
    levels: byLevel.length,
    widest: Math.max(...byLevel.map((level) => level.length)),
    criticalPath: criticalPath(nodes).ids,
  };
}

/** Checks the text of a workflow file. What makes it unreadable is answered as its problems, each with line and column where known. */
export function checkSource(read: ReadWorkflow, source: string, file: string): WorkflowCheck {
  try {
    const { definition, warnings } = read(source, file);
    return checkOf(
      definition,
      warnings.map((warning) => (typeof warning === 'string' ? warning : warning.message)),
    );
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
export function readSound(read: ReadWorkflow, source: string, file: string): WorkflowDefinition {
  const { definition } = read(source, file);
  const problems = problemsOf(definition);
  const [first] = problems;
  if (!first) return definition;
  const { code, message } = errorOf(first);
  throw new FusionError(code, message, { details: { ...first.details, problems } });
}
