import { NODES_MAX, WorkflowDefinition, type WorkflowNode } from '@fusion-kit/domain/workflow';
import { checkWorkflow } from '@fusion-kit/domain/workflow-check';
import type { AgentSpec } from '@fusion-kit/domain/agent';
import { FusionError } from '@fusion-kit/domain/errors';
import { fileError, type FileProblem } from '../problem.ts';
import { findings } from '../workflow-yaml/issues.ts';
import { WORKFLOW_TEXT_MAX } from '../workflow-yaml/read.ts';
import { readSource, type Source } from '../workflow-yaml/source.ts';
import { type Carry, carryOf, INTEGRATION_WARNING } from './carry.ts';
import { carrySteps } from './carry-steps.ts';
import { SpecKitFile, type WorkflowInput } from './file.ts';

const AGENTS_MAX = 4;
const WARNINGS_MAX = 50;

/**
 * Reads a workflow of Spec Kit 1.0 (`schema_version`, `workflow`, `steps`) as a graph of ours: the steps one after the other, branches and loops with bodies.
 *
 * @throws {FusionError} `workflow_syntax`, `workflow_invalid` with everything that cannot be carried over, `workflow_too_large`, `expression_invalid`; with
 * `details` `{ file, line, column, problems }`
 */
export function readSpecKitWorkflow(
  text: string,
  { file }: { file: string },
): { definition: WorkflowDefinition; warnings: string[] } {
  if (text.length > WORKFLOW_TEXT_MAX) throw tooLarge(file, `${text.length} characters`, WORKFLOW_TEXT_MAX);
  const source = readSource(text);
  refuse(file, source.problems);
  const parsed = SpecKitFile.safeParse(source.value);
  if (!parsed.success) {
    refuse(
      file,
      findings(parsed.error.issues, source.value).map(({ path, message, onKey }) => ({
        code: 'workflow_invalid' as const,
        message,
        ...(onKey ? source.positionOfKey(path) : source.positionOf(path)),
      })),
    );
    throw parsed.error;
  }
  const { workflow, inputs, steps } = parsed.data;
  if (steps.length > NODES_MAX) throw tooLarge(file, `${steps.length} steps`, NODES_MAX);
  const defaults = new Map(Object.entries(inputs ?? {}).map(([name, input]) => [name, String(input.default ?? '')]));
  const carry = carryOf(source, defaults, file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.');
  const nodes = carrySteps(steps, ['steps'], carry);
  refuse(file, carry.problems);
  if (workflow.integration) carry.warn([], INTEGRATION_WARNING);
  const definition = defined(
    {
      name: workflow.name,
      description: [workflow.description ?? '', `Spec Kit workflow ${workflow.id} ${workflow.version}`]
        .join('\n')
        .trim()
        .slice(0, 2_000),
      inputs: Object.fromEntries(Object.entries(inputs ?? {}).map(([name, input]) => [name, inputOf(input)])),
      team: teamOf(nodes, workflow.model ?? undefined),
      setup: [],
      check: [],
      budget: {},
      nodes,
    },
    source,
    carry,
    file,
  );
  return { definition, warnings: told([...source.warnings, ...carry.warnings], file) };
}

function told(warnings: readonly { line: number; column: number; message: string }[], file: string): string[] {
  const first = warnings
    .slice(0, WARNINGS_MAX)
    .map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
  const more = warnings.length - first.length;
  return more === 0 ? first : [...first, `${file}:1:1: and ${more} more warnings`];
}

const tooLarge = (file: string, is: string, limit: number): FusionError =>
  new FusionError('workflow_too_large', `${file}:1:1: ${is}; the limit is ${limit}`, {
    details: { file, line: 1, column: 1, limit },
  });

function refuse(file: string, problems: readonly FileProblem[]): void {
  if (problems.length > 0) throw fileError(file, problems);
}

/** The definition with all its defaults, checked as a whole; what is wrong is told at the step it comes from. */
function defined(raw: WorkflowDefinition, source: Source, { origins }: Carry, file: string): WorkflowDefinition {
  const whole = WorkflowDefinition.safeParse(raw);
  if (!whole.success) {
    const at = source.positionOf(['steps']);
    const problems = whole.error.issues.map(({ path, message }) => ({
      message: `${path.join('.')}: ${message}`,
      ...at,
    }));
    refuse(
      file,
      problems.map((problem) => ({ code: 'workflow_invalid', ...problem })),
    );
    throw whole.error;
  }
  const { problems } = checkWorkflow(whole.data);
  refuse(
    file,
    problems.map(({ code, message, path }) => {
      const node = path.findLast((part) => typeof part === 'string' && origins.has(part));
      return { code, message, ...source.positionOf(origins.get(String(node)) ?? ['steps']) };
    }),
  );
  return { ...whole.data, nodes: withoutEmptySchemas(whole.data.nodes) };
}

/** Which outputs need a schema is known only when every step has been read. */
const withoutEmptySchemas = (nodes: readonly WorkflowNode[]): WorkflowNode[] =>
  nodes.map((node) => {
    const body = node.body && { body: withoutEmptySchemas(node.body) };
    if (node.work.kind !== 'agent' || Object.keys(node.work.outputSchemas ?? {}).length > 0)
      return { ...node, ...body };
    const { outputSchemas: _none, ...work } = node.work;
    return { ...node, ...body, work };
  });

function inputOf({
  type,
  required,
  default: value,
  enum: allowed,
  prompt,
}: WorkflowInput): WorkflowDefinition['inputs'][string] {
  const says = [
    prompt ?? '',
    type === 'string' ? '' : `a ${type}`,
    allowed && allowed.length > 0 ? `one of ${allowed.join(', ')}` : '',
  ].filter((part) => part !== '');
  const otherwise = value ?? (required === true ? undefined : '');
  return {
    ...(says.length > 0 && { description: says.join('; ') }),
    ...(otherwise !== undefined && { default: String(otherwise) }),
  };
}

/** As many agents as the widest fan-out has use for, four at most, and one more for each model that a step names. */
function teamOf(nodes: readonly WorkflowNode[], model: string | undefined): AgentSpec[] {
  const every = [...everyNode(nodes)];
  if (every.every(({ work }) => work.kind !== 'agent')) return [];
  const width = Math.max(1, ...every.map(({ work }) => (work.kind === 'map' ? work.width : 1)));
  const others = new Set(every.flatMap(({ work }) => (work.kind === 'agent' ? (work.wants?.model ?? []) : [])));
  if (model !== undefined) others.delete(model);
  const models = [...Array.from({ length: Math.min(width, AGENTS_MAX) }, () => model), ...others];
  return models.map((own, at) => ({
    name: `w-${at + 1}`,
    runtime: 'model-loop',
    ...(own !== undefined && { model: own }),
    capabilities: [],
    subscriptions: [],
    budget: {},
  }));
}

function* everyNode(nodes: readonly WorkflowNode[]): Generator<WorkflowNode> {
  for (const node of nodes) {
    yield node;
    yield* everyNode(node.body ?? []);
  }
}
