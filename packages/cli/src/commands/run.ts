import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type NewWorkflow, Started } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import { didYouMean } from '@fusion-kit/domain/nearest';
import type { Project } from '@fusion-kit/domain/project';
import type { Run } from '@fusion-kit/domain/run';
import { Workflow } from '@fusion-kit/domain/workflow';
import * as z from 'zod';
import { accountName } from '../account.ts';
import type { Answer, Call } from '../call.ts';
import { millisecondsOf, optionsOf, Pairs, Seconds } from '../options.ts';
import { runAnswer } from '../output/run-answer.ts';
import { plain } from '../output/plain.ts';
import { projectAt } from '../references.ts';
import { type Connection, connect } from '../server/connect.ts';
import { pageOf } from '../server/server-file.ts';
import { type Watched, watchRun } from '../watch-run.ts';
import { readWorkflowFile } from '../workflow-file.ts';
import { describeFile, directoryOf, isCommitted, requireInside } from '../feature-files.ts';
import { reportOf } from './runs.ts';

const Options = z.object({
  input: Pairs.default({}),
  runtime: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  project: z.string().optional(),
  timeout: Seconds.optional(),
  setup: z.array(z.string()).default([]),
  check: z.array(z.string()).default([]),
  detach: z.boolean().default(false),
});

/** Runs a workflow file on a project, from the file to the landed branch. */
export async function run(call: Call): Promise<Answer> {
  const file = await namedFile(call);
  const { input, project, detach, runtime, provider, model, timeout, setup, check } = optionsOf(call, Options);
  const directory = project === undefined ? await directoryOf(call, file) : resolve(call.cwd, project);
  const source = await readWorkflowFile(call, file);
  await requireInside(call, file, directory);
  const connection = await connect(call);
  const described = await describeFile(call, file, directory, { setup, check });
  const start = { inputs: input, runtime, provider, model, timeoutMs: millisecondsOf(timeout) };
  const request = { ...described, source, directory, start };
  const started = await startFile(connection, request);
  if (!call.json) tellStarted(call, connection, started);
  if (file.endsWith('.md')) await warnOfUncommitted(call, started.project, described.file);
  return watchStarted(call, connection, started.run, detach);
}

/** Watches a run that has just begun to its end, and tells what came of it; returns at once when nobody wants to wait. */
export async function watchStarted(call: Call, connection: Connection, { id }: Run, detach: boolean): Promise<Answer> {
  const watched = detach ? 'ended' : await watchRun(call, connection, id);
  if (!call.json) tellUnended(call, watched, id);
  const answer = runAnswer(await reportOf(connection.client, id));
  if (watched === 'ended') return answer;
  // Who stops watching has just seen it, and the table of a large run would push away what was told.
  return { ...answer, ok: false, ...(watched === 'left' && { text: () => '' }) };
}

const UNENDED = {
  left: 'you stopped watching; the run goes on',
  stuck: 'the run waits: none of its agents can work',
} as const;

function tellUnended(call: Call, watched: Watched, id: string): void {
  if (watched === 'ended') return;
  const paint = call.terminal.errorPaint;
  const hints = [
    `look at it with ${paint.cyan(`fusion-kit run get ${id}`)}`,
    `stop it with ${paint.cyan(`fusion-kit run cancel ${id}`)}`,
  ].map((hint) => `  ${paint.yellow('→')} ${hint}\n`);
  call.terminal.err(`${paint.yellow(UNENDED[watched])}\n${hints.join('')}\n`);
}

async function warnOfUncommitted({ terminal }: Call, { kind, path }: Project, file: string): Promise<void> {
  if (kind !== 'git' || (await isCommitted(path, file))) return;
  const { yellow, cyan } = terminal.errorPaint;
  terminal.err(
    `${yellow(`${file} is not committed: agents start from the last commit and do not see it, nor what lies beside it`)}\n  ${yellow('→')} ${cyan(`git add ${dirname(file)} && git commit`)}, then run it again\n\n`,
  );
}

export interface FileRequest extends Partial<Pick<NewWorkflow, 'context'>> {
  file: string;
  source: string;
  directory: string;
  start: {
    inputs: Record<string, string>;
    runtime?: string | undefined;
    provider?: string | undefined;
    model?: string | undefined;
    timeoutMs?: number | undefined;
  };
}

/** Saves a workflow file in the project of a directory (made when there is none) and starts a run of it. */
export async function startFile(
  { client }: Pick<Connection, 'client'>,
  { file, context, source, directory, start }: FileRequest,
) {
  const { project, created } = await projectAt(client, directory);
  const workflow = await client.post('/workflows', Workflow, {
    project: project.id,
    source,
    file,
    ...(context && { context }),
    author: accountName(),
  });
  const { run: begun } = await client.post(`/workflows/${workflow.id}/start`, Started, start);
  return { project, created, workflow, run: begun };
}

const withoutGit = (dataDir: string): string =>
  `it has no git: each agent works in a copy and nothing comes back by itself; the copies lie in ${join(dataDir, 'trash')} for three days after it`;

function tellStarted(
  call: Call,
  { server, dataDir }: Connection,
  { project, created, workflow, run: begun }: Awaited<ReturnType<typeof startFile>>,
): void {
  const paint = call.terminal.errorPaint;
  const said = [
    `${paint.bold(plain(workflow.name))} ${paint.dim(`version ${workflow.version}, ${workflow.nodeCount} tasks, run ${begun.id}`)}`,
    `on ${project.path}${created ? paint.dim(' (a new project)') : ''}`,
    ...(project.kind === 'git' ? [] : [paint.yellow(withoutGit(dataDir))]),
    `${paint.dim('page')} ${paint.cyan(pageOf(server))}`,
  ];
  call.terminal.err(`${said.join('\n')}\n\n`);
}

/** What was named is a file when it exists or looks like one; anything else is a mistyped command. */
async function namedFile(call: Call): Promise<string> {
  const [named] = call.args;
  if (named === undefined) {
    throw new FusionError('usage', `name a workflow file, or one of ${call.below.join(', ')}`);
  }
  const exists = await access(resolve(call.cwd, named)).then(
    () => true,
    () => false,
  );
  if (exists || /[./\\]/.test(named)) return named;
  throw new FusionError('usage', `there is no file and no command ${named}${didYouMean(named, call.below)}`);
}
