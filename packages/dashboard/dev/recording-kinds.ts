import type { Entry } from '@fusion-kit/domain/entry';
import type { AgentId, TaskId } from '@fusion-kit/domain/ids';
import { RetryPolicy, templatesOf } from '@fusion-kit/domain/node';
import type { Receipt } from '@fusion-kit/domain/receipt';
import type { RunSpec } from '@fusion-kit/domain/run';
import type { TaskSpec } from '@fusion-kit/domain/task';
import { WorkflowDefinition, type WorkflowNode } from '@fusion-kit/domain/workflow';
import { RELEASE } from './release-workflow.ts';
import { agentSpec, Attempt, commitOf, Recorder } from './recorder.ts';

export const RELEASE_DEFINITION: WorkflowDefinition = WorkflowDefinition.parse(RELEASE);
const MODULES = [
  'src/cart/totals.ts',
  'src/checkout.ts',
  'src/invoice/lines.ts',
  'src/basket.ts',
  'src/search/facets.ts',
  'src/export/bookkeeping-of-the-previous-quarter.ts',
  'src/mail/receipt.ts',
];

const receiptOf = (letter: string, kind: Receipt['kind'], paths: string[], outsideCount?: number): Receipt => ({
  kind,
  base: commitOf('a'),
  commit: commitOf(letter),
  files: paths.map((path) => ({ path, change: 'modified' })),
  fileCount: paths.length,
  ...(outsideCount !== undefined && { outsideCount }),
  checks: kind === 'verified' ? [{ command: 'npm test', exitCode: 0, durationMs: 1_420, output: '# pass 41' }] : [],
  sandbox: 'bubblewrap',
});

export interface KindsRecording {
  entries: Entry[];
  /** Entries until a release is under way with every kind of node, and three things wait for a person. What follows is a run that goes on from it. */
  underWay: number;
  definition: WorkflowDefinition;
}

/** A release as the domain's rules allow it, with every kind of node at once. */
export function kindsRecording(beginAt: number): KindsRecording {
  const recorder = new Recorder(beginAt);
  const release = new Release(recorder);
  release.begin();
  release.goOn();
  const underWay = recorder.entries.length;
  release.fork();
  return { entries: recorder.entries, underWay, definition: RELEASE_DEFINITION };
}

class Release {
  readonly #recorder: Recorder;
  readonly #ids = new Map<string, TaskId>();
  readonly #agents = new Map<string, AgentId>();
  #spec: RunSpec | undefined;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  get #run(): RunSpec {
    if (!this.#spec) throw new Error('the release has not begun');
    return this.#spec;
  }
  #id(node: string): TaskId {
    const id = this.#ids.get(node);
    if (!id) throw new Error(`no task ${node}`);
    return id;
  }
  #task(node: string): TaskSpec {
    const task = this.#recorder.world.get('tasks', this.#id(node));
    if (!task) throw new Error(`no task ${node}`);
    return task;
  }

  #specs(
    nodes: readonly WorkflowNode[],
    run: Pick<RunSpec, 'id' | 'projectId'>,
    scope?: TaskSpec['scope'],
  ): TaskSpec[] {
    const prefix = scope?.prefix ?? '';
    for (const { id } of nodes) this.#ids.set(prefix + id, this.#recorder.id('tsk'));
    return nodes.map(({ id, body: _body, needs, ...node }) => ({
      ...node,
      id: this.#id(prefix + id),
      projectId: run.projectId,
      runId: run.id,
      node: prefix + id,
      needs: needs.map((need) => ({ ...need, id: this.#id(prefix + need.id) })),
      unblocks: nodes.filter((other) => other.needs.some((need) => need.id === id)).length,
      retry: RetryPolicy.parse(node.retry),
      ...(scope && { scope }),
    }));
  }

  begin(): void {
    const recorder = this.#recorder;
    const projectId = recorder.id('prj');
    const workflowId = recorder.id('wfl');
    recorder.do({ type: 'server.record', event: { type: 'server.started', v: 1, version: '0.1.0', pid: 4_711 } });
    recorder.do({
      type: 'project.create',
      projectId,
      name: 'storefront',
      path: '/home/ada/storefront',
      kind: 'git',
      budget: {},
    });
    for (const [at, author] of ['ada', 'ada', 'mika'].entries()) {
      const definition = { blob: `sha256:${`4${at}`.repeat(32)}`, size: 5_204, preview: 'name: release' };
      recorder.do(
        {
          type: 'workflow.save',
          workflowId,
          projectId,
          name: RELEASE.name,
          nodeCount: RELEASE.nodes.length,
          definition,
          author,
        },
        3_600_000,
      );
    }
    this.#spec = {
      id: recorder.id('run'),
      projectId,
      workflowId,
      workflowVersion: 3,
      name: RELEASE.name,
      inputs: { version: '4.2.0', announce: 'yes' },
      branch: 'fusion/release',
      base: commitOf('a'),
      setup: [],
      check: ['npm test'],
      budget: { costUsd: 5 },
      concurrency: 6,
      deadlineAt: recorder.at + 5_400_000,
      stall: 'ask',
    };
    this.#start(this.#run, this.#specs(RELEASE_DEFINITION.nodes, this.#run));
  }

  #start(
    spec: RunSpec,
    tasks: TaskSpec[],
    inherited: { taskId: TaskId; from: TaskId; outputs: Record<string, string> }[] = [],
  ): void {
    const recorder = this.#recorder;
    const team = RELEASE_DEFINITION.team.map(({ name, capabilities }) => ({
      id: recorder.id('agt'),
      spec: agentSpec(name, capabilities),
    }));
    const shells = ['shell-1', 'shell-2'].map((name) => {
      const { provider: _none, model: _neither, ...plain } = agentSpec(name, []);
      return { id: recorder.id('agt'), spec: { ...plain, runtime: 'shell' } };
    });
    recorder.do({ type: 'run.start', spec, tasks, agents: [...team, ...shells], inherited });
    for (const {
      id,
      spec: { name },
    } of [...team, ...shells]) {
      this.#agents.set(name, id);
      recorder.do(
        {
          type: 'agent.arrive',
          agentId: id,
          workspace: `/home/ada/.fusion-kit/workspaces/${name}`,
          sandbox: 'bubblewrap',
        },
        90,
      );
    }
  }

  #attempt(node: string, agent: string): Attempt {
    const agentId = this.#agents.get(agent);
    if (!agentId) throw new Error(`no agent ${agent}`);
    return new Attempt(this.#recorder, this.#task(node), agentId);
  }

  /** Opens an item or a round inside a task. */
  #open(node: string, index: number, prefix: string, of: number | undefined, values: Record<string, string>): void {
    const body = RELEASE_DEFINITION.nodes.find(({ id }) => id === node)?.body ?? [];
    const scope = { parent: this.#id(node), index, prefix, values };
    this.#recorder.do({
      type: 'control.open',
      taskId: this.#id(node),
      after: index - 1,
      opened: index,
      ...(of !== undefined && { of }),
      children: this.#specs(body, this.#run, scope),
    });
  }

  #shell(node: string, agent: string, receipt: Receipt): void {
    const attempt = this.#attempt(node, agent);
    attempt.run(Object.values(templatesOf(this.#task(node).work)).join(), 'ok');
    attempt.complete(receipt, { stdout: '', stderr: '', exitCode: '0' });
  }

  goOn(): void {
    const recorder = this.#recorder;
    const survey = this.#attempt('survey', 'planner');
    survey.step('I look for every place that asks for a price.', [
      { tool: 'search', input: { pattern: 'priceOf(' }, output: MODULES.join('\n') },
    ]);
    survey.complete(
      { kind: 'unverified', files: [], fileCount: 0, checks: [], sandbox: 'bubblewrap' },
      { files: JSON.stringify(MODULES), risk: 'high', summary: 'Seven modules ask for prices by hand.' },
    );
    this.#shell('database', 'shell-1', receiptOf('b', 'files', ['db/schema.sql', 'db/seed.sql']));
    recorder.do({ type: 'control.close', taskId: this.#id('risky'), outputs: {} });
    recorder.do({
      type: 'control.open',
      taskId: this.#id('sign-off'),
      after: 0,
      opened: 0,
      asks: 'Seven modules will be moved to the new price service; the risk is high because of the invoices. Shall 4.2.0 be built from this plan?\n\nThe plan is in the outputs of survey.',
      children: [],
    });
    const open = (at: number) =>
      this.#open('migrate', at, `migrate[${at}]/`, MODULES.length, {
        item: JSON.stringify(MODULES[at - 1]),
        index: String(at),
      });
    open(1);
    open(2);
    for (const [at, agent] of [
      [1, 'builder-ash'],
      [2, 'builder-oak'],
      [3, 'builder-ash'],
    ] as const) {
      const move = this.#attempt(`migrate[${at}]/move`, agent);
      move.step('The module asks the service now.', [
        { tool: 'edit_file', input: { path: MODULES[at - 1] }, output: 'replaced 2 places' },
      ]);
      move.verifying();
      move.complete(receiptOf('c', 'verified', [MODULES[at - 1]!, 'src/prices.ts'], at === 2 ? 1 : undefined), {
        summary: 'moved',
      });
      this.#shell(`migrate[${at}]/lint`, 'shell-2', receiptOf('d', 'verified', []));
      if (at < 3) open(at + 2);
    }
    open(5);
    const basket = this.#attempt('migrate[4]/move', 'builder-oak');
    basket.step('Reading the basket first.');
    basket.ask('The basket rounds the price of each line, the price service only the sum. Which of them shall hold?', [
      { id: 'sum', label: 'Round the sum' },
      { id: 'line', label: 'Round each line' },
    ]);

    this.#open('repair', 1, 'repair#1/', undefined, { iteration: '1' });
    this.#attempt('repair#1/mend', 'builder-elm').complete(receiptOf('e', 'verified', ['test/clock.test.ts']), {
      summary: 'one of three',
    });
    this.#shell('repair#1/ask', 'shell-2', receiptOf('e', 'verified', []));
    this.#open('repair', 2, 'repair#2/', undefined, { iteration: '2' });

    const measure = this.#attempt('measure', 'shell-1');
    measure.run('npm run bench', 'checkout: 118 ms before, 135 ms now');
    measure.verifying();
    measure.fail('verification_failed', '`npm run bench:compare` ended with exit code 1: the checkout is 14 % slower');
    const explain = this.#attempt('explain', 'planner');
    explain.step('The service is asked once per line; one question for all lines would do.');

    this.#open('notes', 1, 'notes/', 1, {});
    this.#attempt('notes/collect', 'builder-elm').complete(
      { kind: 'unverified', files: [], fileCount: 0, checks: [], sandbox: 'bubblewrap' },
      { summary: 'four changes that customers see' },
    );

    const audit = this.#attempt('audit', 'reviewer');
    audit.step('I read the invoices first: rounding is where money is lost.', [
      { tool: 'shell', input: { command: 'npm run invoices -- --year 2026' }, output: '' },
    ]);
    recorder.do({ type: 'dispatch.stall', caller: audit.caller, quietMs: 64_000, process: 'unknown' }, 64_000);
    const taken = {
      taskId: this.#id('migrate[5]/move'),
      agentId: this.#agents.get('builder-ash')!,
      dispatchId: recorder.id('dsp'),
    };
    recorder.do({ type: 'task.assign', ...taken, stolenFrom: this.#agents.get('builder-oak') });
    recorder.do({ type: 'dispatch.start', caller: { projectId: this.#run.projectId, runId: this.#run.id, ...taken } });
  }

  /** A person runs it again from the measurement on. */
  fork(): void {
    const recorder = this.#recorder;
    const first = new Map(this.#ids);
    const spec: RunSpec = {
      ...this.#run,
      id: recorder.id('run'),
      name: 'release',
      branch: 'fusion/release-2',
      forkOf: { runId: this.#run.id, node: 'measure' },
    };
    const kept = ['survey', 'database', 'risky'];
    const outputs = new Map(kept.map((node) => [node, recorder.world.get('tasks', this.#id(node))?.outputs ?? {}]));
    const tasks = this.#specs(RELEASE_DEFINITION.nodes, spec);
    this.#start(
      spec,
      tasks,
      kept.map((node) => ({
        taskId: this.#id(node),
        from: first.get(node)!,
        outputs: outputs.get(node) as Record<string, string>,
      })),
    );
  }
}
