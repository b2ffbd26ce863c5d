import type { Command } from './call.ts';

/** An option as commander reads it, what it is for, and whether it may be given several times. */
type OptionEntry = readonly [flags: string, description: string, kind?: 'repeated'];

export interface CommandEntry {
  /** `agent spawn`: the words that call it. */
  path: string;
  summary: string;
  arguments?: readonly (readonly [syntax: string, description: string])[];
  options?: readonly OptionEntry[];
  hidden?: true;
  /** Everything behind the command's words is an argument, options too: another program reads them. `options` are for the help. */
  passThrough?: true;
  /** Loads the code only when the command runs, so that help and mistakes are answered at once. */
  load: () => Promise<Command>;
}

const PROJECT: OptionEntry = ['--project <project>', 'id, name or directory (default: the git repository you are in)'];
const PROJECT_ONLY: OptionEntry = ['--project <project>', 'only of this project: id, name or directory'];
const LIMIT: OptionEntry = ['--limit <number>', 'at most this many'];
const STATE: OptionEntry = ['--state <state>', 'only those in this state'];
const PORT: OptionEntry = [
  '--port <number>',
  'port on 127.0.0.1, 0 for any free one (default: 8000, or any when it is taken)',
];
const SANDBOX: OptionEntry = ['--sandbox <kind>', 'what confines agents: auto, bubblewrap or none (default: auto)'];
const FILE = ['<file>', 'a workflow file'] as const;
const MODEL: readonly OptionEntry[] = [
  ['--runtime <runtime>', 'runtime of team members that name none'],
  ['--provider <provider>', 'provider of team members that name none'],
  ['--model <model>', 'model of team members that name none'],
];

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
  metrics: 'what agents used',
  dashboard: 'the page',
};

/** Every command, in the order of the help. A new one is a line here and a function in `commands/`. */
export const COMMANDS: readonly CommandEntry[] = [
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
    load: async () => (await import('./commands/demo.ts')).demo,
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
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    path: 'up',
    summary: 'start the server and stay with it',
    options: [PORT, SANDBOX, ['--detach', 'start it in the background']],
    load: async () => (await import('./commands/up.ts')).up,
  },
  {
    path: 'serve',
    summary: 'be the server in the background',
    hidden: true,
    options: [PORT, SANDBOX],
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  {
    path: 'down',
    summary: 'stop the server; work is parked',
    load: async () => (await import('./commands/down.ts')).down,
  },
  {
    path: 'status',
    summary: 'whether a server runs, where, and how busy it is',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    path: 'doctor',
    summary: 'what this machine has, and what is missing',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    path: 'health',
    summary: 'the health of the running server',
    load: async () => (await import('./commands/status.ts')).health,
  },
  {
    path: 'inbox',
    summary: 'what waits for a person: approvals, stalled agents, failures',
    options: [PROJECT_ONLY, ['--run <run>', 'only of this run']],
    load: async () => (await import('./commands/inbox.ts')).inbox,
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
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    path: 'run list',
    summary: 'list runs, newest first',
    options: [PROJECT, STATE, LIMIT],
    load: async () => (await import('./commands/runs.ts')).listRuns,
  },
  {
    path: 'run get',
    summary: 'show a run and its tasks',
    arguments: [['<run>', 'id of the run']],
    load: async () => (await import('./commands/runs.ts')).getRun,
  },
  {
    path: 'run pause',
    summary: 'start no further task',
    arguments: [['<run>', 'id of the run']],
    load: async () => (await import('./commands/runs.ts')).pauseRun,
  },
  {
    path: 'run resume',
    summary: 'go on',
    arguments: [['<run>', 'id of the run']],
    load: async () => (await import('./commands/runs.ts')).resumeRun,
  },
  {
    path: 'run cancel',
    summary: 'stop it and everything it started',
    arguments: [['<run>', 'id of the run']],
    options: [['--reason <text>', 'why']],
    load: async () => (await import('./commands/runs.ts')).cancelRun,
  },
  {
    path: 'project create',
    summary: 'let agents work on a directory',
    arguments: [['[directory]', 'default: the git repository you are in']],
    options: [
      ['--name <name>', 'default: the name of the directory'],
      ['--budget-usd <dollars>', 'spend at most this much'],
      ['--budget-tokens <number>', 'use at most this many tokens'],
    ],
    load: async () => (await import('./commands/project.ts')).createProject,
  },
  {
    path: 'project list',
    summary: 'list projects',
    options: [LIMIT],
    load: async () => (await import('./commands/project.ts')).listProjects,
  },
  {
    path: 'project delete',
    summary: 'forget a project; its directory stays as it is',
    arguments: [['<project>', 'id, name or directory']],
    load: async () => (await import('./commands/project.ts')).deleteProject,
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
    load: async () => (await import('./commands/agent.ts')).spawnAgent,
  },
  {
    path: 'agent list',
    summary: 'list agents',
    options: [PROJECT, STATE, LIMIT, ['--all', 'terminated ones and those of every project too']],
    load: async () => (await import('./commands/agent.ts')).listAgents,
  },
  {
    path: 'agent get',
    summary: 'show an agent',
    arguments: [['<agent>', 'id or name']],
    load: async () => (await import('./commands/agent.ts')).getAgent,
  },
  {
    path: 'agent pause',
    summary: 'stop it between two steps',
    arguments: [['<agent>', 'id or name']],
    load: async () => (await import('./commands/agent.ts')).pauseAgent,
  },
  {
    path: 'agent resume',
    summary: 'let it go on with the same conversation',
    arguments: [['<agent>', 'id or name']],
    load: async () => (await import('./commands/agent.ts')).resumeAgent,
  },
  {
    path: 'agent respawn',
    summary: 'try again to make one that failed ready',
    arguments: [['<agent>', 'id or name']],
    load: async () => (await import('./commands/agent.ts')).respawnAgent,
  },
  {
    path: 'agent terminate',
    summary: 'end it and everything it started',
    arguments: [['<agent>', 'id or name']],
    load: async () => (await import('./commands/agent.ts')).terminateAgent,
  },
  {
    path: 'agent logs',
    summary: 'what an agent said and did',
    arguments: [['<agent>', 'id or name']],
    options: [['--follow', 'go on with what happens'], LIMIT],
    load: async () => (await import('./commands/agent-logs.ts')).agentLogs,
  },
  {
    path: 'task create',
    summary: 'give a task by hand',
    arguments: [['<prompt>', 'what to do']],
    options: [
      PROJECT,
      ['--title <text>', 'default: the first line of the prompt'],
      ['--requires <list>', 'capabilities it takes, joined by commas'],
      ['--needs <list>', 'ids of tasks that must be completed first, joined by commas'],
      ['--priority <0-9>', 'higher goes first (default: 5)'],
      ['--verify <command>', 'a command that must pass on the result', 'repeated'],
      ['--timeout <seconds>', 'give up after this long (default: 1800)'],
    ],
    load: async () => (await import('./commands/task.ts')).createTask,
  },
  {
    path: 'task list',
    summary: 'list tasks, newest first',
    options: [
      PROJECT,
      STATE,
      ['--run <run>', 'only those of this run'],
      ['--agent <agent>', 'only those of this agent'],
      LIMIT,
    ],
    load: async () => (await import('./commands/task.ts')).listTasks,
  },
  {
    path: 'task get',
    summary: 'show a task, its proof and its outputs',
    arguments: [['<task>', 'id of the task']],
    load: async () => (await import('./commands/task.ts')).getTask,
  },
  {
    path: 'task cancel',
    summary: 'stop a task',
    arguments: [['<task>', 'id of the task']],
    options: [['--reason <text>', 'why']],
    load: async () => (await import('./commands/task.ts')).cancelTask,
  },
  {
    path: 'task skip',
    summary: 'leave a waiting task out',
    arguments: [['<task>', 'id of the task']],
    options: [['--reason <text>', 'why']],
    load: async () => (await import('./commands/task.ts')).skipTask,
  },
  {
    path: 'task answer',
    summary: 'answer an approval',
    arguments: [
      ['<task>', 'id of the task'],
      ['<option>', 'one of its options, e.g. approve'],
    ],
    options: [
      ['--comment <text>', 'what later tasks may read'],
      ['--by <name>', 'your name (default: that of your account)'],
    ],
    load: async () => (await import('./commands/inbox.ts')).answerTask,
  },
  {
    path: 'task logs',
    summary: 'the conversation of a task',
    arguments: [['<task>', 'id of the task']],
    options: [LIMIT],
    load: async () => (await import('./commands/task.ts')).taskLogs,
  },
  {
    path: 'workflow create',
    summary: 'save a workflow file; a known name gets a new version',
    arguments: [FILE],
    options: [PROJECT],
    load: async () => (await import('./commands/workflow.ts')).createWorkflow,
  },
  {
    path: 'workflow list',
    summary: 'list workflows',
    options: [PROJECT, LIMIT],
    load: async () => (await import('./commands/workflow.ts')).listWorkflows,
  },
  {
    path: 'workflow get',
    summary: 'show a workflow and its versions',
    arguments: [['<workflow>', 'id or name']],
    load: async () => (await import('./commands/workflow.ts')).getWorkflow,
  },
  {
    path: 'workflow start',
    summary: 'start a run of a saved workflow',
    arguments: [['<workflow>', 'id or name']],
    options: [['--input <name=value>', 'an input of the workflow', 'repeated'], ...MODEL],
    load: async () => (await import('./commands/workflow.ts')).startWorkflow,
  },
  {
    path: 'workflow validate',
    summary: 'check a workflow file; nothing is saved',
    arguments: [FILE],
    options: [PROJECT],
    load: async () => (await import('./commands/workflow.ts')).validateWorkflow,
  },
  {
    path: 'events tail',
    summary: 'show the latest events',
    options: [
      ['--follow', 'go on with what happens'],
      ['--type <list>', 'only these types, joined by commas, e.g. task.completed'],
      ['--agent <agent>', 'only those of this agent'],
      ['--severity <severity>', 'only debug, info, warning, error or critical'],
      ['--since <time>', 'only later ones: ISO 8601, or 90s, 15m, 2h, 1d ago'],
      LIMIT,
    ],
    load: async () => (await import('./commands/events.ts')).tailEvents,
  },
  {
    path: 'message send',
    summary: 'write to an agent or a topic',
    arguments: [
      ['<to>', 'id or name of an agent, or topic:NAME'],
      ['<text>', 'what to say'],
    ],
    options: [PROJECT, ['--from <name>', 'your name as agents read it']],
    load: async () => (await import('./commands/message.ts')).sendMessage,
  },
  {
    path: 'message list',
    summary: 'list messages and where they stand',
    options: [PROJECT, LIMIT],
    load: async () => (await import('./commands/message.ts')).listMessages,
  },
  {
    path: 'provider list',
    summary: 'list providers and whether they answer',
    load: async () => (await import('./commands/provider.ts')).listProviders,
  },
  {
    path: 'provider add',
    summary: 'add a provider',
    arguments: [['<id>', 'lower-case letters, digits and dashes']],
    options: [
      ['--base-url <url>', 'where it answers'],
      ['--protocol <protocol>', 'openai-compatible or openrouter (default: openai-compatible)'],
      ['--model <model>', 'the model to use when none is named'],
      ['--key-variable <name>', 'environment variable of the server that holds the key'],
    ],
    load: async () => (await import('./commands/provider.ts')).addProvider,
  },
  {
    path: 'provider check',
    summary: 'check a provider by a call that costs nothing',
    arguments: [['<id>', 'id of the provider']],
    load: async () => (await import('./commands/provider.ts')).checkProvider,
  },
  {
    path: 'metrics agent',
    summary: 'what an agent did, used and cost',
    arguments: [['<agent>', 'id or name']],
    load: async () => (await import('./commands/agent.ts')).agentMetrics,
  },
  {
    path: 'dashboard start',
    summary: 'open the page',
    options: [
      ['--open', 'open it even where no desktop is seen'],
      ['--no-open', 'only print its address'],
    ],
    load: async () => (await import('./commands/dashboard.ts')).startDashboard,
  },
];
