import type { CommandEntry } from './entry.ts';
import { PROJECT, LIMIT, STATE } from './shared-options.ts';

/** Projects and who works on them. */
export const AGENTS: readonly CommandEntry[] = [
  {
    path: 'project create',
    summary: 'let agents work on a directory',
    arguments: [['[directory]', 'default: the git repository you are in']],
    options: [
      ['--name <name>', 'default: the name of the directory'],
      ['--budget-usd <dollars>', 'spend at most this much'],
      ['--budget-tokens <number>', 'use at most this many tokens'],
      ['--budget-usd-per-day <dollars>', 'spend at most this much on a day (UTC)'],
      ['--budget-tokens-per-day <number>', 'use at most this many tokens on a day (UTC)'],
    ],
    load: async () => (await import('../commands/project.ts')).createProject,
  },
  {
    path: 'project list',
    summary: 'list projects',
    options: [LIMIT],
    load: async () => (await import('../commands/project.ts')).listProjects,
  },
  {
    path: 'project delete',
    summary: 'forget a project; its directory stays as it is',
    arguments: [['<project>', 'id, name or directory']],
    load: async () => (await import('../commands/project.ts')).deleteProject,
  },
  {
    path: 'agent spawn',
    summary: 'make an agent',
    arguments: [['<name>', 'lower-case letters, digits and dashes']],
    options: [
      PROJECT,
      ['--runtime <runtime>', 'how it works (default: model-loop)'],
      ['--provider <provider>', 'where its model is called'],
      ['--model <model>', 'which model it uses'],
      ['--capabilities <list>', 'skills, joined by commas'],
      ['--subscribe <list>', 'topics it listens to, joined by commas'],
      ['--instructions <text>', 'what it should always keep in mind'],
      ['--budget-usd <dollars>', 'spend at most this much'],
      ['--budget-tokens <number>', 'use at most this many tokens'],
    ],
    load: async () => (await import('../commands/agent.ts')).spawnAgent,
  },
  {
    path: 'agent list',
    summary: 'list agents',
    options: [PROJECT, STATE, LIMIT, ['--all', 'terminated ones and those of every project too']],
    load: async () => (await import('../commands/agent.ts')).listAgents,
  },
  {
    path: 'agent get',
    summary: 'show an agent',
    arguments: [['<agent>', 'id or name']],
    load: async () => (await import('../commands/agent.ts')).getAgent,
  },
  {
    path: 'agent pause',
    summary: 'stop it between two steps',
    arguments: [['<agent>', 'id or name']],
    load: async () => (await import('../commands/agent.ts')).pauseAgent,
  },
  {
    path: 'agent resume',
    summary: 'let it go on with the same conversation',
    arguments: [['<agent>', 'id or name']],
    load: async () => (await import('../commands/agent.ts')).resumeAgent,
  },
  {
    path: 'agent respawn',
    summary: 'try again to make one that failed ready',
    arguments: [['<agent>', 'id or name']],
    load: async () => (await import('../commands/agent.ts')).respawnAgent,
  },
  {
    path: 'agent terminate',
    summary: 'end it and everything it started',
    arguments: [['<agent>', 'id or name']],
    load: async () => (await import('../commands/agent.ts')).terminateAgent,
  },
  {
    path: 'agent logs',
    summary: 'what an agent said and did',
    arguments: [['<agent>', 'id or name']],
    options: [['--follow', 'go on with what happens'], LIMIT],
    load: async () => (await import('../commands/agent-logs.ts')).agentLogs,
  },
  {
    path: 'metrics agent',
    summary: 'what an agent did, used and cost',
    arguments: [['<agent>', 'id or name']],
    load: async () => (await import('../commands/agent.ts')).agentMetrics,
  },
];
