import { page, Started, WorkflowCheck, WorkflowView } from '@fusion-kit/domain/api';
import { Workflow } from '@fusion-kit/domain/workflow';
import * as z from 'zod';
import { accountName } from '../account.ts';
import type { Answer, Call } from '../call.ts';
import { argument, Limit, millisecondsOf, optionsOf, Pairs, Seconds } from '../options.ts';
import { ago } from '../output/figures.ts';
import { plain } from '../output/plain.ts';
import { shownState } from '../output/states.ts';
import { fieldsText, LIST_MAX, tableText } from '../output/table.ts';
import { describeFile } from '../feature-files.ts';
import { directoryHere, projectHere, projectOf, workflowOf } from '../references.ts';
import { connect } from '../server/connect.ts';
import { readWorkflowFile } from '../workflow-file.ts';

const ProjectOption = z.object({ project: z.string().optional() });
const FileOptions = ProjectOption.extend({
  setup: z.array(z.string()).default([]),
  check: z.array(z.string()).default([]),
});

export async function createWorkflow(call: Call): Promise<Answer> {
  const file = argument(call, 0, '<file>');
  const { project: reference, setup, check } = optionsOf(call, FileOptions);
  const source = await readWorkflowFile(call, file);
  const { client } = await connect(call);
  const project = await projectHere(client, call, reference);
  const described = await describeFile(call, file, project.path, { setup, check });
  const workflow = await client.post('/workflows', Workflow, {
    project: project.id,
    source,
    ...described,
    author: accountName(),
  });
  return {
    data: workflow,
    text: (paint) =>
      `workflow ${paint.bold(plain(workflow.name))} ${paint.dim(workflow.id)} version ${workflow.version}, ${workflow.nodeCount} nodes\n`,
  };
}

export async function listWorkflows(call: Call): Promise<Answer> {
  const options = optionsOf(call, ProjectOption.extend({ limit: Limit.default(50) }));
  const { client } = await connect(call);
  const project = options.project === undefined ? undefined : await projectOf(client, call, options.project);
  const query = { project: project?.id, limit: Math.min(options.limit, LIST_MAX) };
  const { items, next } = await client.get('/workflows', page(Workflow), { query });
  return {
    data: { workflows: items },
    text: (paint, columns) =>
      tableText(
        {
          head: ['workflow', 'name', 'state', 'version', 'nodes', 'saved'],
          rows: items.map((workflow) => [
            workflow.id,
            plain(workflow.name),
            workflow.state,
            String(workflow.version),
            String(workflow.nodeCount),
            ago(workflow.versions.at(-1)?.savedAt ?? workflow.createdAt, Date.now()),
          ]),
          empty: 'no workflows yet; `fusion-kit workflow create FILE` saves one',
          more: next !== null,
        },
        paint,
        columns,
      ),
  };
}

export async function getWorkflow(call: Call): Promise<Answer> {
  const { client } = await connect(call);
  const { id } = await workflowOf(client, argument(call, 0, '<workflow>'));
  const workflow = await client.get(`/workflows/${id}`, WorkflowView);
  const { definition } = workflow;
  return {
    data: workflow,
    text: (paint, columns) =>
      [
        fieldsText(
          [
            ['workflow', `${paint.bold(plain(workflow.name))} ${paint.dim(workflow.id)}`],
            ['about', plain(definition.description ?? '')],
            ['state', workflow.state],
            [
              'version',
              `${workflow.version}, saved ${ago(workflow.versions.at(-1)?.savedAt ?? workflow.createdAt, Date.now())}`,
            ],
            ['inputs', Object.keys(definition.inputs).join(', ')],
            ['team', definition.team.map((member) => member.name).join(', ')],
            ['check', definition.check.map(plain).join('; ')],
          ],
          paint,
        ),
        '\n',
        tableText(
          {
            head: ['node', 'title', 'needs', 'requires'],
            rows: definition.nodes.map((node) => [
              node.id,
              plain(node.title),
              node.needs.map((need) => need.id).join(' '),
              node.requires.join(' '),
            ]),
            empty: 'no nodes',
          },
          paint,
          columns,
        ),
      ].join(''),
  };
}

const Start = z.object({
  timeout: Seconds.optional(),
  input: Pairs.default({}),
  runtime: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
});

export async function startWorkflow(call: Call): Promise<Answer> {
  const { input, timeout, ...defaults } = optionsOf(call, Start);
  const { client } = await connect(call);
  const { id } = await workflowOf(client, argument(call, 0, '<workflow>'));
  const { run } = await client.post(`/workflows/${id}/start`, Started, {
    inputs: input,
    ...defaults,
    timeoutMs: millisecondsOf(timeout),
  });
  return {
    data: run,
    text: (paint) =>
      `run ${paint.bold(plain(run.name))} ${paint.dim(run.id)} ${shownState(run.state, paint)}\nsee it with ${paint.cyan(`fusion-kit run get ${run.id}`)}\n`,
  };
}

/** Nodes of a chain that are named one by one. */
const CHAIN_MAX = 20;

const chainText = (chain: readonly string[]): string =>
  chain.length <= CHAIN_MAX
    ? chain.join(' → ')
    : `${chain.slice(0, CHAIN_MAX - 1).join(' → ')} → … → ${chain.at(-1)}, ${chain.length} nodes`;

/** Checks a file; an invalid one is an answer with exit code 1, not an error. */
export async function validateWorkflow(call: Call): Promise<Answer> {
  const file = argument(call, 0, '<file>');
  const source = await readWorkflowFile(call, file);
  const { client } = await connect(call);
  const { file: named, context } = await describeFile(call, file, await directoryHere(call), { setup: [], check: [] });
  const check = await client.post('/workflows/validate', WorkflowCheck, { source, file: named, context });
  return {
    data: check,
    ok: check.valid,
    text: (paint) =>
      [
        check.valid
          ? `${paint.green('✓')} ${file} is valid: ${check.nodes} nodes on ${check.levels} levels, at most ${check.widest} at the same time\n`
          : `${paint.red('✗')} ${file} cannot run\n`,
        ...check.problems.map(
          (problem) =>
            `  ${paint.red('✗')} ${plain(problem.message)}\n    ${paint.yellow('→')} ${plain(problem.remedy)}\n`,
        ),
        ...check.warnings.map((warning) => `  ${paint.yellow('!')} ${plain(warning)}\n`),
        ...(check.conflicts ?? []).map(
          ({ nodes, path }) =>
            `  ${paint.yellow('!')} ${nodes.map(plain).join(' and ')} may run together and both write ${plain(path)}\n`,
        ),
        ...(check.criticalPath.length > 1 ? [`${paint.dim('longest chain')} ${chainText(check.criticalPath)}\n`] : []),
      ].join(''),
  };
}
