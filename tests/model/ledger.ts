import type { Entry } from '@fusion-kit/domain/entry';
import type { Event, EventOf } from '@fusion-kit/domain/event';

type End = 'completed' | 'failed' | 'cancelled' | 'skipped';

interface TaskBook {
  run: string;
  title: string;
  kind: string;
  needs: { id: string; accept: readonly string[] }[];
  requires: readonly string[];
  asks: boolean;
  admitted: boolean;
  parent: string | undefined;
  retryLimit: number;
  attempts: number;
  notBefore: number;
  at: 'waiting' | 'with an agent' | 'with the house' | 'landing' | End;
  dispatch: string | undefined;
  started: boolean;
  fence: number;
}
interface AgentBook {
  run: string | undefined;
  runtime: string;
  capabilities: readonly string[];
  at: 'coming' | 'here' | 'paused' | 'broken' | 'gone';
  dispatch: string | undefined;
}
interface RunBook {
  standing: boolean;
  at: 'running' | 'paused' | 'checking' | 'over';
  concurrency: number;
  tokens: number;
  spent: number;
  held: Map<string, number>;
}

const ENDS: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled', 'skipped']);
/** Kinds that need neither agent nor shell. Written down here once more, on purpose: this book takes nobody's word. */
const OF_HOUSE: ReadonlySet<string> = new Set(['condition', 'approval', 'map', 'loop', 'subworkflow', 'join']);
const FREE: ReadonlySet<string> = new Set(['provider_limited', 'runner_lost', 'shutting_down']);

/**
 * What may happen to tasks, agents and runs, in words of its own: it reads the log and nothing else, shares no rule with the engine, and throws at the first
 * event that should not have been, naming it.
 */
export class Ledger {
  readonly tasks = new Map<string, TaskBook>();
  readonly agents = new Map<string, AgentBook>();
  readonly runs = new Map<string, RunBook>();
  /** Every event of a dispatch, by its id: what was reported and kept. */
  readonly ofDispatch = new Map<string, Set<string>>();
  readonly messages = new Set<string>();
  #seq = 0;
  #at = 0;

  see({ seq, at, event }: Entry): void {
    const wrong = (what: string): never => {
      throw new Error(`event ${seq} (${event.type}): ${what}\n${JSON.stringify(event).slice(0, 500)}`);
    };
    if (seq !== this.#seq + 1) wrong(`follows ${this.#seq}`);
    this.#seq = seq;
    this.#at = at;
    if ('dispatchId' in event && event.dispatchId) {
      const known = this.ofDispatch.get(event.dispatchId) ?? new Set();
      this.ofDispatch.set(event.dispatchId, known.add(event.type));
    }
    this.#book(event, wrong);
  }

  /** What has to hold whenever a decision is whole. */
  settled(): void {
    for (const [id, task] of this.tasks) {
      if (ENDS.has(task.at) || task.at === 'landing' || this.#run(task.run).at === 'over') continue;
      for (const need of task.needs) {
        const needed = this.tasks.get(need.id)?.at ?? 'unknown';
        if (ENDS.has(needed) && !need.accept.includes(needed))
          throw new Error(`${id} still waits for ${need.id}, which is ${needed}; it accepts ${need.accept.join(', ')}`);
      }
      const parent = task.parent && this.tasks.get(task.parent);
      if (parent && ENDS.has(parent.at)) throw new Error(`${id} goes on inside ${task.parent}, which is ${parent.at}`);
    }
    for (const [id, run] of this.runs) {
      const open = this.#tasksOf(id).filter((task) => !ENDS.has(task.at));
      if (run.at === 'running' && !run.standing && open.length === 0)
        throw new Error(`run ${id} goes on though all its tasks have ended`);
      if (run.at === 'over' && open.some((task) => task.at !== 'landing'))
        throw new Error(`run ${id} is over and has open tasks`);
    }
  }

  /** Tasks that have not ended, in memory of the engine or not. */
  open(): string[] {
    return [...this.tasks].flatMap(([id, { at }]) => (ENDS.has(at) ? [] : [`${id} is ${at}`]));
  }

  #book(event: Event, wrong: (what: string) => never): void {
    switch (event.type) {
      case 'run.started':
        this.runs.set(event.runId, {
          standing: event.spec.workflowId === undefined,
          at: 'running',
          concurrency: event.spec.concurrency ?? Infinity,
          tokens: event.spec.budget.tokens ?? Infinity,
          spent: 0,
          held: new Map(),
        });
        return;
      case 'run.paused':
        return void (this.#run(event.runId).at = 'paused');
      case 'run.resumed':
        return void (this.#run(event.runId).at = 'running');
      case 'run.checking':
        return void (this.#run(event.runId).at = 'checking');
      case 'run.completed': {
        const mine = this.#tasksOf(event.runId);
        if (mine.some((task) => !ENDS.has(task.at))) wrong('it has tasks that have not ended');
        const failed = mine.filter((task) => task.at === 'failed' && !task.parent && !this.#isHandled(task));
        if (failed.length > 0) wrong(`${failed[0]?.title} failed and nobody was there for that`);
        const stopped = mine.find((task) => task.at === 'cancelled' && !task.parent && !this.#isStranded(task));
        if (stopped) wrong(`${stopped.title} was cancelled for its own sake`);
        return void (this.#run(event.runId).at = 'over');
      }
      case 'run.failed':
      case 'run.cancelled':
        if (this.#run(event.runId).at === 'over') wrong('it was over already');
        return void (this.#run(event.runId).at = 'over');
      case 'agent.spawning':
        this.agents.set(event.agentId, { run: event.runId, ...event.spec, at: 'coming', dispatch: undefined });
        return;
      case 'agent.ready':
      case 'agent.resumed':
      case 'agent.continued':
        return void (this.#agent(event.agentId).at = 'here');
      case 'agent.paused':
        return void (this.#agent(event.agentId).at = 'paused');
      case 'agent.respawning':
        return void (this.#agent(event.agentId).at = 'coming');
      case 'agent.failed':
        return void (this.#agent(event.agentId).at = 'broken');
      case 'agent.terminated':
        if (this.#agent(event.agentId).dispatch) wrong('it has work in its hands, which nobody took from it');
        return void (this.#agent(event.agentId).at = 'gone');
      case 'message.sent':
        if (this.messages.has(event.messageId)) wrong('it was sent before');
        return void this.messages.add(event.messageId);
      case 'budget.reserved': {
        const run = this.#run(event.runId);
        this.#live(event, wrong);
        run.held.set(event.reservationId, event.tokens);
        const held = [...run.held.values()].reduce((sum, tokens) => sum + tokens, 0);
        if (run.spent + held > run.tokens) wrong(`${run.spent} spent and ${held} held of ${run.tokens}`);
        return;
      }
      case 'model.called': {
        const run = this.#run(event.runId);
        if (!run.held.delete(event.reservationId)) wrong('nothing was held for it, or it was settled before');
        run.spent += event.inputTokens + event.outputTokens;
        return;
      }
      default:
        if (event.type.startsWith('task.')) this.#bookTask(event as Event & { taskId: string }, wrong);
    }
  }

  #bookTask(event: Event & { taskId: string }, wrong: (what: string) => never): void {
    if (event.type === 'task.created') return this.#bookNew(event, wrong);
    const task = this.tasks.get(event.taskId) ?? wrong('there is no such task');
    if (ENDS.has(task.at)) wrong(`it is ${task.at}`);
    switch (event.type) {
      case 'task.needs_added':
        task.needs.push(...event.needs);
        return;
      case 'task.admitted':
        this.#mayStart(task, wrong);
        task.admitted = true;
        return;
      case 'task.inherited':
        if (task.at !== 'waiting') wrong(`it is ${task.at}`);
        task.at = 'completed';
        return;
      case 'task.opened':
        if (!OF_HOUSE.has(task.kind)) wrong('it is not done by the house');
        if (task.at === 'waiting') this.#mayStart(task, wrong);
        if (this.#run(task.run).at !== 'running') wrong('its run is not running');
        task.at = 'with the house';
        return;
      case 'task.assigned':
        return this.#bookAssigned(task, event, wrong);
      case 'task.started':
        this.#live(event, wrong);
        task.started = true;
        return;
      case 'task.phase_changed':
      case 'task.stalled':
      case 'task.revived':
        this.#live(event, wrong);
        return;
      case 'task.proved':
        this.#live(event, wrong);
        if (!task.started) wrong('it never started');
        this.#letGo(task);
        task.at = 'landing';
        return;
      case 'task.requeued':
        if (task.dispatch !== event.dispatchId) wrong(`it is with ${task.dispatch}`);
        if (task.at === 'landing' && !event.failure) wrong('its result was accepted');
        if (event.failure && !FREE.has(event.failure.code)) task.attempts += 1;
        if (task.attempts > task.retryLimit) wrong(`${task.attempts} attempts of ${task.retryLimit}`);
        this.#letGo(task);
        Object.assign(task, { at: 'waiting', dispatch: undefined, started: false, notBefore: event.notBefore ?? 0 });
        return;
      case 'task.completed':
        if (event.dispatchId !== task.dispatch) wrong(`it is with ${task.dispatch}`);
        if (event.landed && task.at !== 'landing') wrong('nothing of it was proved');
        if (!event.dispatchId && task.at === 'waiting') this.#mayStart(task, wrong);
        if (!event.dispatchId && !OF_HOUSE.has(task.kind)) wrong('nobody did it');
        if (this.#openInside(event.taskId)) wrong('there are open tasks inside it');
        break;
      case 'task.failed':
        if (event.dispatchId !== task.dispatch) wrong(`it is with ${task.dispatch}`);
        break;
      case 'task.cancelled':
      case 'task.skipped': {
        if (task.at === 'landing') wrong('its result was accepted');
        const [, how, id = ''] = /^dependency_(\w+):(.*)$/.exec(event.reason) ?? [];
        if (how) {
          const accept = task.needs.find((need) => need.id === id)?.accept ?? wrong('it does not need that');
          const needed = this.tasks.get(id)?.at;
          if (needed && ENDS.has(needed) && accept.includes(needed)) wrong(`it accepts ${needed}`);
        }
        break;
      }
      default:
        return;
    }
    this.#letGo(task);
    task.at = event.type.slice('task.'.length) as End;
    task.dispatch = undefined;
  }

  #bookNew({ taskId, spec }: EventOf<'task.created'>, wrong: (what: string) => never): void {
    if (this.tasks.has(taskId)) wrong('it was created before');
    if (this.#run(spec.runId).at === 'over') wrong('its run is over');
    this.tasks.set(taskId, {
      run: spec.runId,
      title: spec.title,
      kind: spec.work.kind,
      needs: [...spec.needs],
      requires: spec.requires,
      asks: spec.when !== undefined,
      admitted: false,
      parent: spec.scope?.parent,
      retryLimit: spec.retry.limit,
      attempts: 0,
      notBefore: 0,
      at: 'waiting',
      dispatch: undefined,
      started: false,
      fence: 0,
    });
  }

  #bookAssigned(task: TaskBook, event: EventOf<'task.assigned'>, wrong: (what: string) => never): void {
    const agent = this.#agent(event.agentId);
    this.#mayStart(task, wrong);
    if (task.asks && !task.admitted) wrong('its condition was not asked');
    if (OF_HOUSE.has(task.kind)) wrong('the house does it');
    if (task.notBefore > this.#at) wrong(`it waits until ${task.notBefore}`);
    if (event.fence !== task.fence + 1) wrong(`the fence was ${task.fence}`);
    if ((this.ofDispatch.get(event.dispatchId)?.size ?? 0) > 1) wrong('that dispatch was there before');
    if (agent.at !== 'here' || agent.dispatch) wrong(`the agent is ${agent.at}, with ${agent.dispatch}`);
    if (agent.run && agent.run !== task.run) wrong('the agent is of another run');
    if ((agent.runtime === 'shell') !== (task.kind === 'command')) wrong(`a ${agent.runtime} agent`);
    if (!task.requires.every((each) => agent.capabilities.includes(each))) wrong('the agent cannot do it');
    const held = this.#tasksOf(task.run).filter((each) => each.at === 'with an agent').length;
    if (held >= this.#run(task.run).concurrency) wrong(`${held} tasks of the run are with agents`);
    Object.assign(task, { at: 'with an agent', dispatch: event.dispatchId, started: false, fence: event.fence });
    agent.dispatch = event.dispatchId;
  }

  #mayStart(task: TaskBook, wrong: (what: string) => never): void {
    if (task.at !== 'waiting') wrong(`it is ${task.at}`);
    if (this.#run(task.run).at !== 'running') wrong(`its run is ${this.#run(task.run).at}`);
    for (const need of task.needs) {
      const needed = this.tasks.get(need.id)?.at ?? 'unknown';
      if (!need.accept.includes(needed)) wrong(`it needs ${need.id} ${need.accept.join(' or ')}, which is ${needed}`);
    }
  }

  /** Only the one dispatch that has the task now speaks for it, until its result is accepted. */
  #live({ taskId, dispatchId }: { taskId: string; dispatchId: string }, wrong: (what: string) => never): void {
    const task = this.tasks.get(taskId);
    if (task?.dispatch !== dispatchId) wrong(`the task is with ${task?.dispatch}`);
    if (task?.at !== 'with an agent') wrong(`the task is ${task?.at}`);
  }

  #letGo({ dispatch }: TaskBook): void {
    for (const agent of this.agents.values()) if (dispatch && agent.dispatch === dispatch) agent.dispatch = undefined;
  }

  /** Whether something that it needed failed or was cancelled. */
  #isStranded(task: TaskBook): boolean {
    return task.needs.some(({ id, accept }) => {
      const needed = this.tasks.get(id)?.at;
      return needed === 'cancelled' || (needed === 'failed' && !accept.includes('failed'));
    });
  }

  #isHandled(task: TaskBook): boolean {
    const [id = ''] = [...this.tasks].find(([, each]) => each === task) ?? [];
    return this.#tasksOf(task.run).some((each) =>
      each.needs.some((need) => need.id === id && need.accept.includes('failed')),
    );
  }

  #openInside = (id: string): boolean =>
    [...this.tasks.values()].some((task) => task.parent === id && !ENDS.has(task.at));

  #tasksOf = (run: string): TaskBook[] => [...this.tasks.values()].filter((task) => task.run === run);

  #run(id: string): RunBook {
    const run = this.runs.get(id);
    if (!run) throw new Error(`there is no run ${id}`);
    return run;
  }

  #agent(id: string): AgentBook {
    const agent = this.agents.get(id);
    if (!agent) throw new Error(`there is no agent ${id}`);
    return agent;
  }
}
