import type { CommandEntry } from './entry.ts';
import { PROJECT, LIMIT } from './shared-options.ts';

/** What happened, messages, where models are called, the page. */
export const AROUND: readonly CommandEntry[] = [
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
    load: async () => (await import('../commands/events.ts')).tailEvents,
  },
  {
    path: 'message send',
    summary: 'write to an agent or a topic',
    arguments: [
      ['<to>', 'id or name of an agent, or topic:NAME'],
      ['<text>', 'what to say'],
    ],
    options: [PROJECT, ['--from <name>', 'your name as agents read it']],
    load: async () => (await import('../commands/message.ts')).sendMessage,
  },
  {
    path: 'message list',
    summary: 'list messages and where they stand',
    options: [PROJECT, LIMIT],
    load: async () => (await import('../commands/message.ts')).listMessages,
  },
  {
    path: 'provider list',
    summary: 'list providers and whether they answer',
    load: async () => (await import('../commands/provider.ts')).listProviders,
  },
  {
    path: 'provider add',
    summary: 'add a provider',
    arguments: [['<id>', 'lower-case letters, digits and dashes']],
    options: [
      ['--base-url <url>', 'where it answers'],
      ['--protocol <protocol>', 'openai-compatible (the default), openrouter, openai, anthropic or google'],
      ['--package <package>', 'instead: an npm package below the data directory, or a module by its path'],
      ['--fallback <provider/model>', 'who is asked when it refuses; may be repeated', 'repeated'],
      ['--replace', 'replace the one that has this id'],
      ['--model <model>', 'the model to use when none is named'],
      ['--key-variable <name>', 'environment variable of the server that holds the key'],
    ],
    load: async () => (await import('../commands/provider.ts')).addProvider,
  },
  {
    path: 'provider check',
    summary: 'try whether a provider answers and keeps the rules, without a call that costs anything',
    arguments: [['<id>', 'id of the provider']],
    load: async () => (await import('../commands/provider.ts')).checkProvider,
  },
  {
    path: 'provider remove',
    summary: 'forget a provider that was added',
    arguments: [['<id>', 'id of the provider']],
    load: async () => (await import('../commands/provider.ts')).removeProvider,
  },
  {
    path: 'provider key set',
    summary: 'keep the key of a provider: in the keyring, else in a file for you alone',
    arguments: [['<id>', 'id of the provider']],
    options: [['--file', 'in the file, though there is a keyring']],
    load: async () => (await import('../commands/provider-key.ts')).setKey,
  },
  {
    path: 'provider key show',
    summary: 'tell where the key of a provider comes from, never the key',
    arguments: [['<id>', 'id of the provider']],
    load: async () => (await import('../commands/provider-key.ts')).showKey,
  },
  {
    path: 'provider key remove',
    summary: 'take the key of a provider out of the keyring and the file',
    arguments: [['<id>', 'id of the provider']],
    load: async () => (await import('../commands/provider-key.ts')).removeKey,
  },
  {
    path: 'secret set',
    summary:
      'keep a value that agents and workflows are given by its name: in the keyring, else in a file for you alone',
    arguments: [['<name>', 'as environment variables are named, e.g. NPM_TOKEN']],
    options: [['--file', 'in the file, though there is a keyring']],
    load: async () => (await import('../commands/secret.ts')).setSecret,
  },
  {
    path: 'secret list',
    summary: 'list secrets and where they come from, never their values',
    load: async () => (await import('../commands/secret.ts')).listSecrets,
  },
  {
    path: 'secret remove',
    summary: 'take a secret out of the keyring and the file',
    arguments: [['<name>', 'its name']],
    load: async () => (await import('../commands/secret.ts')).removeSecret,
  },
  {
    path: 'dashboard start',
    summary: 'open the page',
    options: [
      ['--open', 'open it even where no desktop is seen'],
      ['--no-open', 'only print its address'],
    ],
    load: async () => (await import('../commands/dashboard.ts')).startDashboard,
  },
];
