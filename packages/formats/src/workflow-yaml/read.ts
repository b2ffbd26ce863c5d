import { DEPTH_MAX, NODES_MAX, type WorkflowDefinition } from '@fusion-kit/domain/workflow';
import { checkWorkflow } from '@fusion-kit/domain/workflow-check';
import type { WorkflowProblem } from '@fusion-kit/domain/workflow-check/problem';
import { FusionError } from '@fusion-kit/domain/errors';
import { fileError, type FileProblem } from '../problem.ts';
import { WorkflowFile } from './file-schema.ts';
import { type Finding, findings } from './issues.ts';
import { readSource, type Source } from './source.ts';

/** Characters of a workflow file. */
export const WORKFLOW_TEXT_MAX = 20_000_000;

/**
 * Reads a workflow from YAML or JSON text, complete: defaults filled in, team members counted out, the graph and every expression checked.
 *
 * @param fileName only for messages, which all start with `file:line:column:`
 * @throws {FusionError} `workflow_syntax`, `workflow_invalid`, `workflow_cycle`, `workflow_needs_unknown`, `expression_invalid` or
 * `workflow_too_large`, with `details` `{ file, line, column, problems }`: up to 20 problems, each a `Failure`
 */
export function readWorkflow(text: string, fileName: string): { definition: WorkflowDefinition; warnings: string[] } {
  if (text.length > WORKFLOW_TEXT_MAX) throw tooLarge(fileName, `${text.length} characters`, WORKFLOW_TEXT_MAX);
  const source = readSource(text);
  if (source.problems.length > 0) throw fileError(fileName, source.problems);
  const { nodes, depth } = extent(source.value);
  if (nodes > NODES_MAX) throw tooLarge(fileName, `${nodes} nodes`, NODES_MAX);
  if (depth > DEPTH_MAX) throw tooLarge(fileName, `bodies ${depth} deep in one another`, DEPTH_MAX);
  const parsed = WorkflowFile.safeParse(source.value);
  if (!parsed.success) {
    const found = findings(parsed.error.issues, source.value).map((finding) => placeFinding(finding, source));
    throw fileError(fileName, found);
  }
  const definition = parsed.data;
  const { problems, warnings } = checkWorkflow(definition);
  if (problems.length > 0) {
    throw fileError(
      fileName,
      problems.map((problem) => placeProblem(problem, source)),
    );
  }
  const fromFile = source.warnings.map(({ line, column, message }) => `${fileName}:${line}:${column}: ${message}`);
  return { definition, warnings: [...fromFile, ...warnings] };
}

const tooLarge = (fileName: string, is: string, limit: number) =>
  new FusionError('workflow_too_large', `${fileName}:1:1: ${is}; the limit is ${limit}`, {
    details: { file: fileName, line: 1, column: 1, limit },
  });

/** How many nodes there are, those of bodies counted in, and how deep bodies lie in one another; before anything is known of their form. */
function extent(value: unknown, key = 'nodes', around = 0): { nodes: number; depth: number } {
  const found = isGroup(value) && isGroup(value[key]) ? Object.values(value[key]) : [];
  const whole = { nodes: found.length, depth: around };
  if (around > DEPTH_MAX) return whole;
  for (const node of found) {
    if (!isGroup(node) || !isGroup(node['body'])) continue;
    const inside = extent(node, 'body', around + 1);
    whole.nodes += inside.nodes;
    whole.depth = Math.max(whole.depth, inside.depth);
  }
  return whole;
}

const isGroup = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const placeFinding = ({ path, message, onKey }: Finding, source: Source): FileProblem => ({
  code: 'workflow_invalid',
  message,
  ...(onKey ? source.positionOfKey(path) : source.positionOf(path)),
});

function placeProblem(problem: WorkflowProblem, source: Source): FileProblem {
  const { code, message, text, offset = 0, isExpression, remedy } = problem;
  const path = problem.path[0] === 'team' ? memberPath(problem.path, source.value) : problem.path;
  if (text === undefined) return { code, message, remedy, ...source.positionOf(path) };
  if (isExpression) return { code, message, ...source.positionInExpression(path, text, offset) };
  return { code, message, ...source.positionInText(path, text, offset) };
}

/** The file's entry for an agent of the definition: an entry with a `count` stands for several. */
function memberPath([, position, ...rest]: WorkflowProblem['path'], value: unknown): WorkflowProblem['path'] {
  const { team } = value as { team: { count?: number }[] };
  let first = 0;
  const entry = team.findIndex(({ count = 1 }) => (first += count) > Number(position));
  return ['team', entry, ...rest];
}
