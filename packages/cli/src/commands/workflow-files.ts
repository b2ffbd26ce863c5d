import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { WorkflowView } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import { parsedJson } from '@fusion-kit/domain/parsed-json';
import { Workflow } from '@fusion-kit/domain/workflow';
import { writeWorkflow } from '@fusion-kit/formats/workflow-yaml/write';
import * as z from 'zod';
import { accountName } from '../account.ts';
import type { Answer, Call, World } from '../call.ts';
import { argument, optionsOf } from '../options.ts';
import { plain } from '../output/plain.ts';
import { describeFile } from '../feature-files.ts';
import { projectHere, workflowOf } from '../references.ts';
import type { Client } from '../server/client.ts';
import { connect } from '../server/connect.ts';
import { readWorkflowFile } from '../workflow-file.ts';

const Version = z.coerce.number('a version number').int().positive();

/** All versions of a workflow in one document, each as its own file's text. */
const Bundle = z.object({
  bundle: z.literal('fusion-kit workflow'),
  name: z.string(),
  versions: z.array(z.object({ version: z.int(), author: z.string(), savedAt: z.int(), source: z.string() })).min(1),
});

const sourceOf = async (client: Client, id: string, version: number | undefined): Promise<string> =>
  writeWorkflow((await client.get(`/workflows/${id}`, WorkflowView, { query: { version } })).definition);

/** A saved workflow as the file it could have come from; with --all every version in one JSON document. */
export async function exportWorkflow(call: Call): Promise<Answer> {
  const { version, all, output } = optionsOf(
    call,
    z.object({ version: Version.optional(), all: z.boolean().default(false), output: z.string().optional() }),
  );
  const { client } = await connect(call);
  const workflow = await workflowOf(client, argument(call, 0, '<workflow>'));
  const text = all
    ? `${JSON.stringify(await bundleOf(client, workflow), undefined, 2)}\n`
    : await sourceOf(client, workflow.id, version);
  if (output !== undefined) await writeFresh(call, output, text);
  return {
    data: { workflow: workflow.id, version: version ?? workflow.version, text },
    text: (paint) => (output === undefined ? text : `${paint.green('✓')} ${output}\n`),
  };
}

async function bundleOf(client: Client, { id, name, versions }: Workflow): Promise<z.output<typeof Bundle>> {
  const kept = [];
  for (const { version, author, savedAt } of versions)
    kept.push({ version, author, savedAt, source: await sourceOf(client, id, version) });
  return { bundle: 'fusion-kit workflow', name, versions: kept };
}

/** Writes a new file; an old one is never overwritten. */
async function writeFresh(world: World, file: string, text: string): Promise<void> {
  await writeFile(resolve(world.cwd, file), text, { flag: 'wx' }).catch((cause: unknown) => {
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new FusionError('file_unreadable', `cannot write ${file}: ${exists ? 'it exists' : String(cause)}`, {
      cause,
      remedy: 'Name a file that does not exist yet, in a directory that you can write.',
    });
  });
}

/** Saves a workflow file, or every version of an exported bundle in their order, under the authors they had. */
export async function importWorkflow(call: Call): Promise<Answer> {
  const file = argument(call, 0, '<file>');
  const { project: reference } = optionsOf(call, z.object({ project: z.string().optional() }));
  const text = await readWorkflowFile(call, file);
  const { client } = await connect(call);
  const project = await projectHere(client, call, reference);
  const { file: named, context } = await describeFile(call, file, project.path, { setup: [], check: [] });
  const bundle = Bundle.safeParse(parsedJson(text));
  const sources = bundle.success ? bundle.data.versions : [{ author: accountName(), source: text }];
  let saved: Workflow | undefined;
  for (const { author, source } of sources)
    saved = await client.post('/workflows', Workflow, { project: project.id, source, file: named, context, author });
  const workflow = saved!;
  return {
    data: workflow,
    text: (paint) =>
      `workflow ${paint.bold(plain(workflow.name))} ${paint.dim(workflow.id)} version ${workflow.version}, ${workflow.nodeCount} nodes\n`,
  };
}
