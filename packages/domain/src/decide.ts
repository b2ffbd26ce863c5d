import type { Command } from './command.ts';
import { agentRules } from './decide/agent.ts';
import { budgetRules } from './decide/budget.ts';
import type { Rule } from './decide/decision.ts';
import { controlRules } from './decide/control.ts';
import { deskRules } from './decide/desk.ts';
import { dispatchRules } from './decide/dispatch.ts';
import { messageRules } from './decide/message.ts';
import { projectRules } from './decide/project.ts';
import { proposalRules } from './decide/proposal.ts';
import { questionRules } from './decide/question.ts';
import { runRules } from './decide/run.ts';
import { taskRules } from './decide/task.ts';
import { asFusionError, type FusionError } from './errors.ts';
import type { Event } from './event.ts';
import type { Table } from './row.ts';
import type { World } from './world.ts';

const RULES = {
  ...projectRules,
  ...agentRules,
  ...runRules,
  ...taskRules,
  ...controlRules,
  ...dispatchRules,
  ...deskRules,
  ...questionRules,
  ...messageRules,
  ...proposalRules,
  ...budgetRules,
};

export const COMMAND_TYPES = Object.keys(RULES) as Command['type'][];

export type Decision = { events: Event[]; refused?: never } | { events?: never; refused: FusionError };

/** What a command leads to in a world at a time: events, or the error that refuses it. Pure. */
export function decide(world: World, command: Command, at: number): Decision {
  try {
    return { events: (RULES[command.type] as Rule<Command>)(world, command, at) };
  } catch (thrown) {
    return { refused: asFusionError(thrown) };
  }
}

/** What commands and those who speak for a dispatch name rows by. */
const NAMES = [
  ['projects', 'projectId'],
  ['agents', 'agentId'],
  ['tasks', 'taskId'],
  ['runs', 'runId'],
  ['workflows', 'workflowId'],
  ['messages', 'messageId'],
  ['reservations', 'reservationId'],
] as const satisfies (readonly [Table, string])[];

type Naming = { readonly [Name in (typeof NAMES)[number][1]]?: unknown } & { type?: string };

/** Ids that a command brings into being: there is nothing to read for them. */
const BORN: Partial<Record<Command['type'], (typeof NAMES)[number][1]>> = {
  'project.create': 'projectId',
  'agent.spawn': 'agentId',
  'message.send': 'messageId',
  'budget.reserve': 'reservationId',
};

/** The rows a rule will look for by name. Those not in memory are read in before it decides. Pure. */
export function namedBy(command: Command): { table: Table; id: string }[] {
  const own: Naming = command;
  const caller: Naming | undefined = 'caller' in command ? command.caller : undefined;
  const born = BORN[command.type];
  const named: { table: Table; id: string }[] = [];
  for (const [table, field] of NAMES) {
    const id = field === born ? undefined : (own[field] ?? caller?.[field]);
    if (typeof id === 'string') named.push({ table, id });
  }
  if ('spec' in command && 'projectId' in command.spec) {
    named.push({ table: 'projects', id: command.spec.projectId });
    if ('runId' in command.spec) {
      named.push({ table: 'runs', id: command.spec.runId });
      for (const { id } of command.spec.needs) named.push({ table: 'tasks', id });
    }
  }
  if (command.type === 'message.send' && 'agentId' in command.to)
    named.push({ table: 'agents', id: command.to.agentId });
  return named;
}
