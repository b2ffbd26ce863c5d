import type { CommandEntry, OptionEntry } from './entry.ts';
import { BUDGET, COMMANDS_OF_A_LIST, PROJECT, PROJECT_ONLY, LIMIT, STATE, MODEL, TIMEOUT } from './shared-options.ts';

/** What a run of its own may spend. */
const NEW_BUDGET: readonly OptionEntry[] = [
  ['--budget-usd <dollars>', 'spend at most this much (default: as the first run)'],
  ['--budget-tokens <number>', 'use at most this many tokens (default: as the first run)'],
];

/** Runs, and what waits for a person in them. */
export const RUNS: readonly CommandEntry[] = [
  {
    path: 'inbox',
    summary: 'what waits for a person: approvals, questions of agents, stalled agents, failures',
    options: [PROJECT_ONLY, ['--run <run>', 'only of this run']],
    load: async () => (await import('../commands/inbox.ts')).inbox,
  },
  {
    path: 'inbox dismiss',
    summary: 'take a failure out of the inbox that you have seen',
    arguments: [['<task>', 'id of the task that failed']],
    options: [['--by <name>', 'your name (default: that of your account)']],
    load: async () => (await import('../commands/inbox.ts')).dismissTask,
  },
  {
    path: 'run',
    summary: 'run a workflow file, or look after runs',
    arguments: [['[file]', 'a workflow file, or the tasks.md of a Spec Kit feature']],
    options: [
      ['--input <name=value>', 'an input of the workflow', 'repeated'],
      ...MODEL,
      ['--project <directory>', 'the project to work on (default: the git repository you are in)'],
      TIMEOUT,
      ...COMMANDS_OF_A_LIST,
      ['--detach', 'start it and return at once'],
    ],
    load: async () => (await import('../commands/run.ts')).run,
  },
  {
    path: 'run list',
    summary: 'list runs, newest first',
    options: [PROJECT, STATE, LIMIT],
    load: async () => (await import('../commands/runs.ts')).listRuns,
  },
  {
    path: 'run get',
    summary: 'show a run and its tasks',
    arguments: [['<run>', 'id of the run']],
    load: async () => (await import('../commands/runs.ts')).getRun,
  },
  {
    path: 'run fork',
    summary: 'begin anew at a node, on what a run has done before it',
    arguments: [['<run>', 'id of the run']],
    options: [
      ['--at <node>', 'this node and all that needs it are done anew'],
      ['--input <name=value>', 'an input that is to be another', 'repeated'],
      ...MODEL,
      ...NEW_BUDGET,
      ['--detach', 'start it and return at once'],
    ],
    load: async () => (await import('../commands/replay.ts')).forkRun,
  },
  {
    path: 'run rerun',
    summary: 'do again what a run did not complete, or a node and what needs it',
    arguments: [['<run>', 'id of the run']],
    options: [
      ['--from <node>', 'this node and all that needs it (default: all that did not complete)'],
      ['--input <name=value>', 'an input that is to be another', 'repeated'],
      ...MODEL,
      ...NEW_BUDGET,
      ['--detach', 'start it and return at once'],
    ],
    load: async () => (await import('../commands/replay.ts')).forkRun,
  },
  {
    path: 'run reenact',
    summary: 'do a run again, every model answering as it did then, at no cost',
    arguments: [['<run>', 'id of the run']],
    options: [['--detach', 'start it and return at once']],
    load: async () => (await import('../commands/replay.ts')).reenactRun,
  },
  {
    path: 'run replay',
    summary: 'fold a run from the log, to its end or to an event, and compare',
    arguments: [['<run>', 'id of the run']],
    options: [['--to <number>', 'number of the last event to fold']],
    load: async () => (await import('../commands/replay.ts')).replayRun,
  },
  {
    path: 'run diff',
    summary: 'name the first event in which two runs differ',
    arguments: [
      ['<run>', 'id of the run'],
      ['<other>', 'id of the other run'],
    ],
    load: async () => (await import('../commands/replay.ts')).diffRuns,
  },
  {
    path: 'run budget',
    summary: 'change what a run may spend',
    arguments: [['<run>', 'id of the run']],
    options: BUDGET,
    load: async () => (await import('../commands/runs.ts')).budgetRun,
  },
  {
    path: 'run pause',
    summary: 'start no further task',
    arguments: [['<run>', 'id of the run']],
    load: async () => (await import('../commands/runs.ts')).pauseRun,
  },
  {
    path: 'run resume',
    summary: 'go on',
    arguments: [['<run>', 'id of the run']],
    load: async () => (await import('../commands/runs.ts')).resumeRun,
  },
  {
    path: 'run cancel',
    summary: 'stop it and everything it started',
    arguments: [['<run>', 'id of the run']],
    options: [['--reason <text>', 'why']],
    load: async () => (await import('../commands/runs.ts')).cancelRun,
  },
];
