import type { Command } from '@fusion-kit/domain/command';
import { failure } from '@fusion-kit/domain/errors';
import { mayTake } from '@fusion-kit/domain/schedule';
import type { Run } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import type { Plan, Step } from './plan.ts';
import { LAST_STAGE, nextReport } from './reports.ts';
import { childrenOf, specOf } from './specs.ts';
import { type Hand, member, PROJECT, Town } from './town.ts';

const AWAY = failure('provider_failed', 'it is away');
const ITEMS = { map: 3, loop: 2, subworkflow: 1 } as const;
/** Longer than any back-off here. */
const LATER_MS = 4_000_000;

const ended = ({ state }: Task): boolean => !['queued', 'assigned', 'running'].includes(state);
const over = ({ state }: Run): boolean => state !== 'running' && state !== 'paused';
const pick = <Value>(values: readonly Value[], at: number): Value | undefined => values[at % values.length];

/** Two schedulers, agents, a controller and people who do as a plan says; at last all of them do their work until nothing is left to do. */
export class Life {
  readonly town = new Town();
  readonly #plan: Plan;
  readonly #started: Run['id'][] = [];
  /** What each scheduler saw when it last looked: who might take what. It acts on that, however old it is. */
  readonly #views: [task: string, agent: string][][] = [[], []];

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  async begin(): Promise<void> {
    const { town } = this;
    await town.open();
    await town.submit({
      type: 'project.create',
      projectId: PROJECT,
      name: 'shop',
      path: '/shop',
      kind: 'git',
      budget: {},
    });
    await this.#startRun();
    for (const { id: agentId } of town.list('agents'))
      await town.submit({ type: 'agent.arrive', agentId, workspace: '/w', sandbox: 'none' });
  }

  /** @param before tasks of the run that it goes on from: what needs nothing and is done is kept */
  async #startRun(before: readonly Task[] = []): Promise<void> {
    const { town } = this;
    const { nodes, agents, concurrency, tokens, check } = this.#plan;
    const runId = town.id('run');
    const ids = nodes.map(() => town.id('tsk'));
    const tasks = nodes.map((node, at) => specOf(node, { runId, at, ids }));
    this.#started.push(runId);
    const inherited = tasks.flatMap((task) => {
      const done = before.find((each) => each.node === task.node && each.state === 'completed' && !each.scope);
      return done && task.needs.length === 0 ? [{ taskId: task.id, from: done.id, outputs: done.outputs ?? {} }] : [];
    });
    await town.submit({
      type: 'run.start',
      spec: {
        id: runId,
        projectId: PROJECT,
        name: 'run',
        inputs: {},
        setup: [],
        check: check ? ['true'] : [],
        workflowId: town.id('wfl'),
        workflowVersion: 1,
        branch: 'fusion/run',
        budget: tokens ? { tokens } : {},
        ...(concurrency !== undefined && { concurrency }),
      },
      tasks,
      agents: [
        ...Array.from({ length: agents }, (_, at) => ({ id: town.id('agt'), spec: member(`ada-${at}`) })),
        { id: town.id('agt'), spec: member('shell', { runtime: 'shell' }) },
      ],
      ...(inherited.length > 0 && { inherited }),
    });
  }

  async #rerun(a: number): Promise<void> {
    const runId = pick(this.#started, a);
    const [run] = await this.town.journal.find({ table: 'runs', ids: [runId ?? ''], limit: 1 });
    if (!run || !over(run)) return;
    await this.#startRun(await this.town.journal.find({ table: 'tasks', filter: { runId: run.id }, limit: 1_000 }));
  }

  async step({ act, a, b }: Step): Promise<unknown> {
    const { town } = this;
    const tasks = town.list('tasks');
    const agents = town.list('agents');
    const task = pick(tasks, a);
    const agent = pick(agents, a);
    const run = pick(town.list('runs'), a);
    // Now and then one that was stopped goes on speaking.
    const live = new Set(tasks.map(({ dispatch }) => dispatch?.id));
    const busy = town.hands.filter(
      ({ caller, stage }) => stage < LAST_STAGE && (b % 6 === 0 || live.has(caller.dispatchId)),
    );
    const hand = pick(busy, a);
    const report = pick(town.network, a);
    const proved = tasks.filter((each) => each.phase === 'landing');
    const landing = pick(proved, a);
    const put = async (command: Command): Promise<void> => void (await town.submit(command));
    switch (act) {
      case 'look':
        return this.#look(a);
      case 'race':
        return this.#race(a, b);
      case 'assignWildly':
        if (task && pick(agents, b)) await this.#assign([[task.id, pick(agents, b)!.id]]);
        return;
      case 'work':
        return hand && void town.network.push(nextReport(hand, b));
      case 'attend':
        return hand && town.deliver(nextReport(hand, b));
      case 'deliver':
      case 'deliverLate': {
        const next =
          act === 'deliver' ? town.network.shift() : town.network.splice(a % (town.network.length + 1), 1)[0];
        return next && town.deliver(next);
      }
      case 'repeat':
        return void (report && town.network.push(report));
      case 'land':
        return landing && this.#land(landing);
      case 'mergeOnly':
        if (!landing?.receipt?.commit) return;
        town.merge(landing.runId, landing.receipt.commit);
        return town.open(); // it dies before it has said so
      case 'cancelLanding':
        if (!landing || b % 3 !== 0) return;
        await town.submit({ type: 'run.cancel', runId: landing.runId, reason: 'enough' });
        return b % 2 === 0 ? town.open() : undefined;
      case 'conflict':
        return landing && this.#failLanding(landing);
      case 'house': {
        // Now and then one whose turn it is not: the writer has to know that, not who asks.
        const waiting = tasks.filter((each) => b % 4 === 0 || each.state === 'running' || this.#isReady(each));
        const next = pick(
          waiting.filter((each) => each.work.kind !== 'agent' || each.when),
          a,
        );
        return next && this.#house(next, b);
      }
      case 'answer':
        return this.#answer(a, b);
      case 'arrive':
        return agent && put({ type: 'agent.arrive', agentId: agent.id, workspace: '/w', sandbox: 'none' });
      case 'breakAgent':
        return agent && b % 3 === 0 && put({ type: 'agent.fail', agentId: agent.id, failure: AWAY });
      case 'respawn':
        return agent && put({ type: 'agent.respawn', agentId: agent.id, reason: 'again' });
      case 'pauseAgent':
        return agent && b % 2 === 0 && put({ type: 'agent.pause', agentId: agent.id });
      case 'resumeAgent':
        return agent && put({ type: 'agent.resume', agentId: agent.id });
      case 'terminate':
        return agent && b % 3 === 0 && put({ type: 'agent.terminate', agentId: agent.id, reason: 'enough' });
      case 'pauseRun':
        return run && b % 3 === 0 && put({ type: 'run.pause', runId: run.id });
      case 'resumeRun':
        return run && put({ type: 'run.resume', runId: run.id });
      case 'cancelRun':
        return run && b % 12 === 0 && put({ type: 'run.cancel', runId: run.id, reason: 'enough' });
      case 'cancelTask':
        return task && b % 3 === 0 && put({ type: 'task.cancel', taskId: task.id, reason: 'enough' });
      case 'skipTask':
        return task && b % 3 === 0 && put({ type: 'task.skip', taskId: task.id, reason: 'not now' });
      case 'reprioritize':
        return task && put({ type: 'task.reprioritize', taskId: task.id, priority: b % 10 });
      case 'crash':
        return b % 3 === 1 ? town.open() : undefined;
      case 'breakCommit':
        return b % 3 === 1 ? town.breakNextCommit() : undefined;
      case 'reserve':
        return hand && this.#reserve(hand, b);
      case 'settle':
        return this.#settle(a, b);
      case 'stall':
        return hand && put({ type: 'dispatch.stall', caller: hand.caller, quietMs: 50, process: 'alive' });
      case 'lose':
        return hand && put({ type: 'dispatch.lose', caller: hand.caller, reason: 'its runner is gone' });
      case 'revive':
        return hand && put({ type: 'dispatch.revive', caller: hand.caller });
      case 'message':
        return this.#say();
      case 'wait':
        town.at += b * 100;
        return;
      case 'rerun':
        return this.#rerun(a);
      case 'conclude':
        return run && this.#conclude(run, b % 5 !== 0);
    }
  }

  #look(which: number): void {
    const { town } = this;
    const waiting = town.list('tasks').filter((task) => task.state === 'queued');
    const pairs = waiting.flatMap((task) =>
      town
        .list('agents')
        .flatMap((agent): [string, string][] =>
          mayTake(town.world, task, agent, town.at) === undefined ? [[task.id, agent.id]] : [],
        ),
    );
    this.#views[which % 2]?.splice(0, Infinity, ...pairs);
  }

  /** Both act at once on what they saw, which may be the same task, the same agent, or long over. */
  #race(a: number, b: number): Promise<void> {
    if (b % 2 === 0) this.#look(a);
    const wanted = [pick(this.#views[0] ?? [], a), pick(this.#views[1] ?? [], b)];
    return this.#assign(wanted.flatMap((pair) => (pair ? [pair] : [])));
  }

  async #assign(pairs: readonly (readonly [string, string])[]): Promise<void> {
    const { town } = this;
    await town.submitAll(
      pairs.map(([taskId, agentId]) => ({
        type: 'task.assign',
        taskId: taskId as Task['id'],
        agentId: agentId as Hand['caller']['agentId'],
        dispatchId: town.id('dsp'),
      })),
    );
  }

  async #land(task: Task): Promise<void> {
    const commit = task.receipt?.commit;
    const { dispatch, projectId, runId } = task;
    if (!commit || !dispatch) return;
    this.town.merge(runId, commit);
    const caller = { projectId, runId, taskId: task.id, agentId: dispatch.agentId, dispatchId: dispatch.id };
    const landed = { ref: 'refs/heads/fusion/run', commit };
    const command = { type: 'dispatch.land', caller, landed } as const;
    this.town.network.push({ command, shownBy: ['task.completed'], dispatchId: dispatch.id }); // told twice
    await this.town.submit(command);
  }

  async #failLanding({ id: taskId, projectId, runId, dispatch, receipt }: Task): Promise<void> {
    if (!dispatch || this.town.merged.get(runId)?.includes(receipt?.commit ?? '')) return;
    const caller = { projectId, runId, taskId, agentId: dispatch.agentId, dispatchId: dispatch.id };
    const problem = failure('landing_conflict', 'both changed it');
    await this.town.submit({ type: 'dispatch.fail', caller, failure: problem, jitter: 0 });
  }

  /** The next thing that the house does for a task of its own, or to let one start. */
  async #house(task: Task, choice: number): Promise<void> {
    const { town } = this;
    const { id: taskId, work } = task;
    if (task.state === 'queued' && task.when !== undefined && !task.admitted) {
      if (choice % 3 > 0) await town.submit({ type: 'task.admit', taskId });
      else if (this.#isReady(task)) await town.submit({ type: 'task.skip', taskId, reason: 'its condition is false' });
      return;
    }
    const opened = task.spread?.opened ?? 0;
    switch (work.kind) {
      case 'agent':
      case 'command':
        return;
      case 'condition':
        if (choice % 3 > 0) await town.submit({ type: 'control.close', taskId, outputs: {} });
        else if (this.#isReady(task)) await town.submit({ type: 'task.skip', taskId, reason: 'it is false' });
        return;
      case 'join':
        await town.submit({ type: 'control.close', taskId, outputs: {} });
        return;
      case 'approval':
        await town.submit({ type: 'control.open', taskId, after: 0, opened: 0, children: [] });
        return;
      case 'map':
      case 'loop':
      case 'subworkflow': {
        const inside = town.world.childrenOf(taskId).flatMap((id) => town.world.get('tasks', id) ?? []);
        const items = work.kind === 'map' ? choice % (ITEMS.map + 1) : ITEMS[work.kind];
        const of = task.spread?.of ?? items;
        const mayOpen = work.kind === 'map' || inside.every(ended);
        if (inside.some((child) => child.state === 'failed') && inside.every(ended))
          await town.submit({
            type: 'control.fail',
            taskId,
            failure: failure('dependency_failed', 'inside it failed'),
          });
        else if (opened < of && mayOpen) {
          const children = childrenOf(task, opened + 1, [town.id('tsk'), town.id('tsk')], choice);
          await town.submit({ type: 'control.open', taskId, after: opened, opened: opened + 1, of, children });
        } else await town.submit({ type: 'control.close', taskId, outputs: {} });
      }
    }
  }

  async #answer(a: number, b: number): Promise<void> {
    const asked = this.town.list('tasks').filter((task) => task.work.kind === 'approval' && task.state === 'running');
    const task = pick(asked, a);
    if (!task) return;
    // Stopping everything is chosen now and then only, or hardly a run would come to its end.
    const option = pick(['yes', 'yes', 'yes', 'skip', 'no', 'no', b % 7 === 0 ? 'stop' : 'yes'], b) ?? 'yes';
    await this.town.submit({ type: 'task.answer', taskId: task.id, option, by: 'mia' });
  }

  async #reserve({ caller }: Hand, b: number): Promise<void> {
    const reservationId = this.town.id('rsv');
    await this.town.submit({ type: 'budget.reserve', reservationId, caller, tokens: (b % 5) * 20, costUsd: null });
  }

  async #settle(a: number, b: number): Promise<void> {
    const held = pick(this.town.list('reservations'), a);
    if (!held) return;
    const { id: reservationId, tokens, costUsd: _cost, at: _at, ...caller } = held;
    const used = {
      inputTokens: Math.min(tokens, b % 50),
      outputTokens: 0,
      costUsd: null,
      firstByteMs: 1,
      durationMs: 1,
    };
    const settlement = { provider: 'p', model: 'm', status: 200, basis: 'reported' as const, ...used, attempts: 1 };
    const command = { type: 'budget.settle', reservationId, caller, settlement } as const;
    this.town.network.push({ command, shownBy: ['model.called'], dispatchId: caller.dispatchId });
    await this.town.submit(command);
  }

  async #say(): Promise<void> {
    const messageId = this.town.id('msg');
    const from = { kind: 'person', name: 'mia' } as const;
    const sent = { messageId, projectId: PROJECT, from, to: { topic: 'note.all' }, text: 'Hello.' };
    if (await this.town.submit({ type: 'message.send', ...sent })) this.town.keptMessages.push(messageId);
  }

  async #conclude(run: Run, passed: boolean): Promise<void> {
    const check = { command: 'true', exitCode: passed ? 0 : 1, durationMs: 1, output: '' };
    await this.town.submit({ type: 'run.conclude', runId: run.id, passed, checks: [check] });
  }

  #isReady = (task: Task): boolean =>
    this.town.world.get('runs', task.runId)?.state === 'running' &&
    task.needs.every((need) => {
      const needed = this.town.world.get('tasks', need.id);
      return needed && (need.accept as readonly string[]).includes(needed.state);
    });

  /** Everybody does what is theirs to do, in turn, until no run is left. @throws when that does not come to an end */
  async untilAllEnds(): Promise<void> {
    const { town } = this;
    await town.open(); // also the last commit that was to fail is over
    await this.#everybodyIsThere();
    for (let round = 0; round < 400; round += 1) {
      const open = town.list('runs').filter((run) => !over(run));
      const left = town.list('tasks').filter((task) => !ended(task));
      if (open.length === 0 && left.length === 0) return;
      await this.#everybodyWorks(left, round);
    }
    const stuck = town.list('tasks').filter((task) => !ended(task));
    throw new Error(
      `it does not end: ${stuck.map((task) => `${task.node} (${task.work.kind}) is ${task.state} ${task.phase ?? ''}`).join(', ')}`,
    );
  }

  async #everybodyIsThere(): Promise<void> {
    const { town } = this;
    for (const run of town.world.all('runs')) await town.submit({ type: 'run.resume', runId: run.id });
    const helpers = [member('helper'), member('shell-helper', { runtime: 'shell' })];
    for (const spec of helpers)
      await town.submit({ type: 'agent.spawn', agentId: town.id('agt'), projectId: PROJECT, spec });
    for (const { id: agentId } of town.list('agents')) {
      await town.submit({ type: 'agent.respawn', agentId, reason: 'again' });
      await town.submit({ type: 'agent.arrive', agentId, workspace: '/w', sandbox: 'none' });
      await town.submit({ type: 'agent.resume', agentId });
    }
  }

  async #everybodyWorks(left: readonly Task[], round: number): Promise<void> {
    const { town } = this;
    town.at += LATER_MS;
    for (const task of left) {
      const now = town.world.get('tasks', task.id);
      if (now && !ended(now) && this.#mayBeServed(now)) await this.#house(now, 1 + (round % 2));
    }
    await this.#answer(round, 0);
    this.#look(round);
    for (const pair of this.#views[round % 2] ?? []) await this.#assign([pair]);
    const live = new Set(town.list('tasks').flatMap((task) => task.dispatch?.id ?? []));
    for (const hand of town.hands.filter(({ caller, stage }) => live.has(caller.dispatchId) && stage < 4))
      town.network.push(nextReport(hand, round < this.#plan.failing ? 0 : 1));
    for (const report of town.network.splice(0)) await town.deliver(report);
    for (const task of town.list('tasks')) if (task.phase === 'landing') await this.#land(task);
    for (const run of town.list('runs')) if (run.phase === 'checking') await this.#conclude(run, true);
  }

  #mayBeServed = (task: Task): boolean => task.state === 'running' || this.#isReady(task);
}
