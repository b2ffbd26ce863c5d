import { ProviderView } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import { Run } from '@fusion-kit/domain/run';
import { detectSandbox } from '@fusion-kit/workspaces/sandbox/detect';
import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { copyExample, findExample } from '../demo/example.ts';
import { allPass, runTests, runTestsOfBranch, type TestResult } from '../demo/run-tests.ts';
import { openPage } from '../open-page.ts';
import { optionsOf } from '../options.ts';
import { runAnswer, type RunReport } from '../output/run-answer.ts';
import { connect, type Connection } from '../server/connect.ts';
import { pageOf } from '../server/server-file.ts';
import { stopServer } from '../server/stop-server.ts';
import type { Paint } from '../terminal.ts';
import { watchRun } from '../watch-run.ts';
import { readWorkflowFile } from '../workflow-file.ts';
import { startFile } from './run.ts';
import { reportOf } from './runs.ts';

const Options = z.object({
  provider: z.string().optional(),
  baseUrl: z.url({ protocol: /^https?$/, error: 'an http or https address' }).optional(),
  model: z.string().optional(),
  keep: z.boolean().default(false),
  open: z.boolean().optional(),
});
type DemoOptions = z.infer<typeof Options>;

/** The provider that `--base-url` is registered as. */
const OWN_PROVIDER = 'demo';

/** The whole house at work on a small project: tests fail, a team repairs it in isolated clones, the branch it lands on passes. */
export async function demo(call: Call): Promise<Answer> {
  const options = optionsOf(call, Options);
  const say = call.json ? () => undefined : (text: string) => call.terminal.err(`${text}\n`);
  const paint = call.terminal.errorPaint;
  const example = await findExample();
  const source = await readWorkflowFile(call, example.workflowFile);
  const connection = await connect(call);
  try {
    const directory = await copyExample(example, connection.dataDir, new Date());
    say(`${paint.bold('A small shop whose tests fail')}, in ${directory}`);
    const before = await runTests(directory, undefined);
    say(`  ${shownTests(before, paint)}\n`);
    const provider = await chooseProvider(connection, options, call.env);
    const page = pageOf(connection.server);
    say(`${paint.bold('Watch the team:')} ${paint.cyan(page)}`);
    tellConditions(say, { connection, provider, paint });
    await openPage(page, call, options.open);
    const start = { inputs: {}, provider, model: options.model };
    const { run } = await startFile(connection, { file: example.workflowFile, source, directory, start });
    const watched = await watchRun(call, connection, run.id, { patient: false });
    const report = await reportOf(connection.client, run.id);
    // The project is only there for this run, so nothing of it should wait for somebody. The report says why its agents could not work,
    // which their release forgets.
    if (watched !== 'ended') report.run = await connection.client.patch(`/runs/${run.id}`, Run, { action: 'cancel' });
    if (watched === 'left') {
      throw new FusionError('shutting_down', 'you stopped the demo', {
        remedy: 'Start it again with `fusion-kit demo`.',
      });
    }
    const now = await testsOf(report, connection);
    return demoAnswer({ report, before, after: now, page, provider, connection, keep: options.keep });
  } finally {
    if (connection.started && !options.keep) await stopServer(connection.dataDir);
  }
}

/** A real model where one is named or a key is there, else the scripted one, which costs nothing. */
async function chooseProvider(
  { client }: Connection,
  { provider, baseUrl, model }: DemoOptions,
  env: Call['env'],
): Promise<string> {
  if (provider !== undefined) return provider;
  if (baseUrl === undefined) return env['OPENROUTER_API_KEY'] || model !== undefined ? 'openrouter' : 'scripted';
  await client.post('/providers', ProviderView, {
    id: OWN_PROVIDER,
    protocol: new URL(baseUrl).hostname.endsWith('openrouter.ai') ? 'openrouter' : 'openai-compatible',
    baseUrl,
    replace: true,
    defaultModel: model,
    ...(env['OPENROUTER_API_KEY'] && { keyVariable: 'OPENROUTER_API_KEY' }),
  });
  return OWN_PROVIDER;
}

interface Conditions {
  connection: Connection;
  provider: string;
  paint: Paint;
}

/** What should be known while watching: whether a real model works, and what confines it. */
function tellConditions(say: (text: string) => void, { connection, provider, paint }: Conditions): void {
  if (provider === 'scripted')
    say(paint.dim('The model only recites; everything else is real. OPENROUTER_API_KEY brings a real one.'));
  else say(paint.yellow(`A real model does the work, through the provider ${provider}; it may cost money.`));
  const { sandbox } = connection.health;
  if (sandbox !== 'bubblewrap') {
    say(
      `\n${paint.bold(paint.yellow(' ! NO SANDBOX '))} ${paint.yellow('agents of this demo are not confined on this machine; `fusion-kit doctor` says why')}`,
    );
  }
  say('');
}

/** The tests of what the team landed. What agents wrote runs in the cage, as it did before. */
async function testsOf({ run, project }: RunReport, { health }: Connection): Promise<TestResult | undefined> {
  if (run.state !== 'completed' || run.branch === undefined) return undefined;
  const { sandbox } = health.sandbox === 'bubblewrap' ? await detectSandbox() : {};
  return runTestsOfBranch(project.path, run.branch, sandbox);
}

interface Outcome {
  report: RunReport;
  before: TestResult;
  after: TestResult | undefined;
  page: string;
  provider: string;
  connection: Connection;
  keep: boolean;
}

function demoAnswer({ report, before, after, page, provider, connection, keep }: Outcome): Answer {
  const { run, project, tasks, agents } = report;
  const ok = run.state === 'completed' && after !== undefined && allPass(after);
  const running = !connection.started || keep;
  return {
    data: {
      ok,
      page,
      provider,
      sandbox: connection.health.sandbox,
      testsBefore: before,
      testsAfter: after ?? null,
      serverKept: running,
      run,
      project,
      tasks,
      agents,
    },
    ok,
    text: (paint, columns) =>
      [
        runAnswer(report).text(paint, columns),
        provider === 'scripted' ? paint.dim("\ntokens and cost are the script's: nothing was paid\n") : '',
        `\n${paint.bold('tests before')}  ${shownTests(before, paint)}\n`,
        `${paint.bold('tests now')}     ${after ? shownTests(after, paint) : paint.red('not run: nothing was completed')}\n`,
        running
          ? `\n${paint.dim('the page stays at')} ${paint.cyan(page)}\n`
          : `\n${paint.dim('the server is stopped; look at everything again with')} ${paint.cyan('fusion-kit up')}\n`,
      ].join(''),
  };
}

const shownTests = (result: TestResult, paint: Paint): string =>
  allPass(result)
    ? paint.green(`✓ all ${result.passed} tests pass`)
    : paint.red(`✗ ${result.failed} of ${result.passed + result.failed} tests fail`);
