import { NODES_MAX, type WorkflowDefinition } from '@fusion-kit/domain/workflow';
import { checkWorkflow, type WorkflowProblem } from '@fusion-kit/domain/workflow-check';
import { templatesOf } from '@fusion-kit/domain/node';
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
  const count = nodeCount(source.value);
  if (count > NODES_MAX) throw tooLarge(fileName, `${count} nodes`, NODES_MAX);
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
      problems.map((problem) => placeProblem(problem, definition, source)),
    );
  }
  const fromFile = source.warnings.map(({ line, column, message }) => `${fileName}:${line}:${column}: ${message}`);
  return { definition, warnings: [...fromFile, ...warnings] };
}

const tooLarge = (fileName: string, is: string, limit: number) =>
  new FusionError('workflow_too_large', `${fileName}:1:1: ${is}; the limit is ${limit}`, {
    details: { file: fileName, line: 1, column: 1, limit },
  });

function nodeCount(value: unknown): number {
  const nodes = typeof value === 'object' && value !== null && 'nodes' in value ? value.nodes : undefined;
  return typeof nodes === 'object' && nodes !== null ? Object.keys(nodes).length : 0;
}

const placeFinding = ({ path, message, onKey }: Finding, source: Source): FileProblem => ({
  code: 'workflow_invalid',
  message,
  ...(onKey ? source.positionOfKey(path) : source.positionOf(path)),
});

function placeProblem(problem: WorkflowProblem, definition: WorkflowDefinition, source: Source): FileProblem {
  const { code, message, offset } = problem;
  const path = problem.path[0] === 'team' ? memberPath(problem.path, source.value) : problem.path;
  if (offset === undefined) return { code, message, ...source.positionOf(path) };
  const work = definition.nodes.find((node) => node.id === path[1])?.work;
  const text = work && templatesOf(work)[String(path[2])];
  return { code, message, ...source.positionInText(path, text ?? '', offset) };
}

/** The file's entry for an agent of the definition: an entry with a `count` stands for several. */
function memberPath([, position, ...rest]: WorkflowProblem['path'], value: unknown): WorkflowProblem['path'] {
  const { team } = value as { team: { count?: number }[] };
  let first = 0;
  const entry = team.findIndex(({ count = 1 }) => (first += count) > Number(position));
  return ['team', entry, ...rest];
}
