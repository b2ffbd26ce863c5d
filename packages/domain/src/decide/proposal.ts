import { FusionError } from '../errors.ts';
import type { TaskId } from '../ids.ts';
import type { AgentWork } from '../nodes/agent.ts';
import { CONSENT_MS, type Proposal, PROPOSALS_OF_DISPATCH, PROPOSALS_OF_RUN } from '../proposal.ts';
import { suits } from '../schedule.ts';
import { isEnded, type Task, type TaskSpec } from '../task.ts';
import { taskNamed } from '../task-named.ts';
import type { World } from '../world.ts';
import { birth } from './birth.ts';
import { known, type Rules } from './decision.ts';
import { open } from './dispatch.ts';

/** What an approval shows of the prompt that is proposed. */
const SHOWN_MAX = 2_500;

export const proposalRules: Rules<'task.propose'> = {
  'task.propose'(world, { caller, proposed, proposal }) {
    const from = open(world, caller);
    const run = known(world, 'runs', from.runId);
    const policy = run.proposals ?? 'ask';
    if (policy === 'refuse') throw new FusionError('proposal_refused', `run ${run.name} takes no proposals`);
    const { work } = from;
    if (work.kind !== 'agent') throw new FusionError('proposal_refused', `task ${from.node} is a ${work.kind}`);

    const number = nextNumber(world, from);
    const needs = proposal.after.map((name) => ({ id: needed(world, from, name).id, accept: ['completed' as const] }));
    const task = taskOf(from, work, { proposal, id: proposed.taskId, number, needs });
    somebodySuits(world, task);
    if (policy === 'accept') return birth(task);
    const consent = consentTo(task, proposed.consentId, proposal, agentName(world, caller.agentId));
    return [
      ...birth(consent),
      ...birth({ ...task, needs: [{ id: consent.id, accept: ['completed'] }, ...task.needs] }),
    ];
  },
};

/** The number of the next proposal in a run. @throws {FusionError} `quota_exceeded` */
function nextNumber(world: World, from: Task): number {
  const proposals = [...world.tasksOf(from.runId)].filter((task) => task.proposedBy && task.work.kind === 'agent');
  const own = proposals.filter((task) => task.proposedBy === from.dispatch?.id);
  if (own.length >= PROPOSALS_OF_DISPATCH)
    throw new FusionError(
      'quota_exceeded',
      `task ${from.node} has proposed ${own.length} tasks, and no more are taken`,
    );
  if (proposals.length >= PROPOSALS_OF_RUN)
    throw new FusionError(
      'quota_exceeded',
      `${proposals.length} tasks were proposed in this run, and no more are taken`,
    );
  return proposals.length + 1;
}

/** It may do no more than the task that it comes from, is proved as that is, and points only to what is there already, so that no circle can come about. */
function taskOf(
  { projectId, runId, priority, retry, timeoutMs, dispatch }: Task,
  { verify, writes, maxSteps }: AgentWork,
  { proposal, id, number, needs }: { proposal: Proposal; id: TaskId; number: number; needs: TaskSpec['needs'] },
): TaskSpec {
  return {
    id,
    projectId,
    runId,
    node: `proposed:${number}`,
    title: proposal.title,
    work: {
      kind: 'agent',
      prompt: literal(proposal.prompt),
      outputs: [],
      verify,
      expectsChanges: false,
      ...(writes && { writes }),
      maxSteps,
    },
    priority,
    requires: proposal.requires,
    needs,
    unblocks: 0,
    retry,
    timeoutMs,
    ...(dispatch && { proposedBy: dispatch.id }),
  };
}

/** What a person is asked. Declined or never answered, the task that needs it is skipped with it. */
function consentTo(task: TaskSpec, id: TaskId, { title, prompt }: Proposal, agent: string): TaskSpec {
  const shown = prompt.length > SHOWN_MAX ? `${prompt.slice(0, SHOWN_MAX)} …` : prompt;
  return {
    ...task,
    id,
    node: task.node.replace('proposed', 'consent'),
    title: `${agent} proposes: ${title}`,
    work: {
      kind: 'approval',
      message: literal(`${agent} proposes a task: ${title}\n\n${shown}`),
      options: [
        { id: 'accept', outcome: 'complete' },
        { id: 'decline', outcome: 'skip' },
      ],
      onTimeout: 'decline',
    },
    requires: [],
    needs: [],
    unblocks: 1,
    timeoutMs: CONSENT_MS,
  };
}

/** @throws {FusionError} `task_unknown`, `dependency_failed` */
function needed(world: World, { runId }: Task, name: string): Task {
  const found = taskNamed(world, runId, name);
  if (isEnded(found.state) && found.state !== 'completed')
    throw new FusionError('dependency_failed', `task ${found.node} is ${found.state}`);
  return found;
}

/** @throws {FusionError} `proposal_refused` when it could only wait */
function somebodySuits(world: World, { projectId, runId, work, requires }: TaskSpec): void {
  const agents = [...world.agentsOf(projectId)];
  if (agents.some((agent) => suits(agent, { projectId, runId, work, requires }))) return;
  throw new FusionError('proposal_refused', `no agent has ${requires.join(' and ')}`, {
    remedy: 'Require only what a member of the team has.',
  });
}

const agentName = (world: World, id: string): string => world.get('agents', id)?.name ?? id;

/** What an agent writes is no template: it must not reach for values of the run. */
const literal = (text: string): string => text.split('${{').join('$${{');
