import type { CommandEntry } from './entry.ts';
import { PROJECT, PROJECT_ONLY, LIMIT, STATE, MODEL } from './shared-options.ts';

/** Runs, and what waits for a person in them. */
export const RUNS: readonly CommandEntry[] = [
  {
    path: 'inbox',
    summary: 'what waits for a person: approvals, stalled agents, failures',
    options: [PROJECT_ONLY, ['--run <run>', 'only of this run']],
    load: async () => (await import('../commands/inbox.ts')).inbox,
  },
  {
    path: 'run',
    summary: 'run a workflow file, or look after runs',
    arguments: [['[file]', 'a workflow file']],
    options: [
      ['--input <name=value>', 'an input of the workflow', 'repeated'],
      ...MODEL,
      ['--project <directory>', 'the project to work on (default: the git repository you are in)'],
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
