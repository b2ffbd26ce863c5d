import { AGENTS } from './command-table/agents.ts';
import { AROUND } from './command-table/around.ts';
import { DATA } from './command-table/data.ts';
import { HOUSE } from './command-table/house.ts';
import { RUNS } from './command-table/runs.ts';
import { TASKS } from './command-table/tasks.ts';
import { WORKFLOWS } from './command-table/workflows.ts';
import type { CommandEntry } from './command-table/entry.ts';

/** What stands beside the groups in the help. */
export const GROUPS: Readonly<Record<string, string>> = {
  run: 'run a workflow file, or look after runs',
  project: 'directories that agents work on',
  agent: 'named workers',
  task: 'units of work',
  workflow: 'graphs of tasks, as files',
  events: 'everything that happened',
  message: 'talk with agents',
  provider: 'where models are called',
  secret: 'values that agents are given by name',
  metrics: 'what agents used',
  dashboard: 'the page',
};

/** Every command, in the order of the help. A new one is an entry in `command-table/` and a function in `commands/`. */
export const COMMANDS: readonly CommandEntry[] = [
  ...HOUSE,
  ...DATA,
  ...RUNS,
  ...AGENTS,
  ...TASKS,
  ...WORKFLOWS,
  ...AROUND,
];
