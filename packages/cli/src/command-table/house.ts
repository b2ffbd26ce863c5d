import type { CommandEntry } from './entry.ts';
import { PORT, SANDBOX } from './shared-options.ts';

/** The server, and what it finds on this machine. */
export const HOUSE: readonly CommandEntry[] = [
  {
    path: 'demo',
    summary: 'watch a team of agents repair a small project, live',
    options: [
      ['--provider <provider>', 'scripted, openrouter or another (default: openrouter when OPENROUTER_API_KEY is set)'],
      ['--base-url <url>', 'a model server that speaks the OpenAI protocol'],
      ['--model <model>', 'model to use'],
      ['--keep', 'leave the server running afterwards'],
      ['--open', 'open the page in a browser (default: on a desktop)'],
      ['--no-open', 'open no browser'],
    ],
    load: async () => (await import('../commands/demo.ts')).demo,
  },
  {
    path: 'init',
    summary: 'set a project up for spec-driven work (specify init), and for a team of agents',
    passThrough: true,
    options: [
      ['--ai <key>', 'agent to set up'],
      ['--script <flavour>', 'sh or ps'],
      ['--here', 'set up the current directory instead of a new one'],
      ['--force', 'with --here: do not ask when the directory is not empty'],
      ['--no-git', 'create no git repository'],
      ['--ignore-agent-tools', 'do not look for the executable of the agent'],
    ],
    load: async () => (await import('../commands/init.ts')).init,
  },
  {
    path: 'up',
    summary: 'start the server and stay with it',
    options: [PORT, SANDBOX, ['--detach', 'start it in the background']],
    load: async () => (await import('../commands/up.ts')).up,
  },
  {
    path: 'serve',
    summary: 'be the server in the background',
    hidden: true,
    options: [PORT, SANDBOX],
    load: async () => (await import('../commands/serve.ts')).serve,
  },
  {
    path: 'down',
    summary: 'stop the server; work is parked',
    load: async () => (await import('../commands/down.ts')).down,
  },
  {
    path: 'status',
    summary: 'whether a server runs, where, and how busy it is',
    load: async () => (await import('../commands/status.ts')).status,
  },
  {
    path: 'mcp',
    summary: 'serve MCP on standard input and output, for an assistant or editor that starts it',
    load: async () => (await import('../commands/mcp.ts')).mcp,
  },
  {
    path: 'doctor',
    summary: 'what this machine has, and what is missing',
    load: async () => (await import('../commands/doctor.ts')).doctor,
  },
  {
    path: 'health',
    summary: 'the health of the running server',
    load: async () => (await import('../commands/status.ts')).health,
  },
];
