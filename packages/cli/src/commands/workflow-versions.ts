import { FusionError } from '@fusion-kit/domain/errors';
import { type KeyChange, WorkflowDiff } from '@fusion-kit/domain/workflow-diff';
import type { Answer, Call } from '../call.ts';
import { argument } from '../options.ts';
import { ago } from '../output/figures.ts';
import { plain } from '../output/plain.ts';
import { tableText } from '../output/table.ts';
import { workflowOf } from '../references.ts';
import { connect } from '../server/connect.ts';
import type { Paint } from '../terminal.ts';

function versionArgument(call: Call, at: number, name: string): number {
  const version = Number(argument(call, at, name));
  if (Number.isInteger(version) && version > 0) return version;
  throw new FusionError('usage', `${name} is the number of a version, e.g. 1`);
}

/** What changed between two versions: nodes, edges and the keys at the top. */
export async function diffWorkflow(call: Call): Promise<Answer> {
  const [from, to] = [versionArgument(call, 1, '<from>'), versionArgument(call, 2, '<to>')];
  const { client } = await connect(call);
  const { id, name } = await workflowOf(client, argument(call, 0, '<workflow>'));
  const diff = await client.get(`/workflows/${id}/diff`, WorkflowDiff, { query: { from, to } });
  return {
    data: diff,
    text: (paint) => diffText(diff, paint) || `versions ${from} and ${to} of ${name} are the same\n`,
  };
}

/** Every version of a workflow, the newest first. */
export async function workflowVersions(call: Call): Promise<Answer> {
  const { client } = await connect(call);
  const workflow = await workflowOf(client, argument(call, 0, '<workflow>'));
  const versions = workflow.versions.toReversed();
  return {
    data: { workflow: workflow.id, versions },
    text: (paint, columns) =>
      tableText(
        {
          head: ['version', 'author', 'saved', 'definition'],
          rows: versions.map(({ version, author, savedAt, definition }) => [
            String(version),
            plain(author),
            ago(savedAt, Date.now()),
            definition.blob.slice(0, 19),
          ]),
          empty: 'no versions',
        },
        paint,
        columns,
      ),
  };
}

function diffText({ changed, nodes, edges }: WorkflowDiff, paint: Paint): string {
  const added = (text: string) => `${paint.green('+')} ${plain(text)}\n`;
  const removed = (text: string) => `${paint.red('-')} ${plain(text)}\n`;
  const keys = (changes: readonly KeyChange[]) =>
    changes
      .map(({ key, from = '', to = '' }) => `    ${key}: ${paint.red(plain(from))} → ${paint.green(plain(to))}\n`)
      .join('');
  return [
    ...(changed.length > 0 ? [`${paint.yellow('~')} the workflow\n${keys(changed)}`] : []),
    ...nodes.added.map((id) => added(`node ${id}`)),
    ...nodes.removed.map((id) => removed(`node ${id}`)),
    ...nodes.changed.map(({ id, changes }) => `${paint.yellow('~')} node ${plain(id)}\n${keys(changes)}`),
    ...edges.added.map(({ from, to }) => added(`${from} → ${to}`)),
    ...edges.removed.map(({ from, to }) => removed(`${from} → ${to}`)),
  ].join('');
}
