import type { OptionEntry } from './entry.ts';

export const PROJECT: OptionEntry = [
  '--project <project>',
  'id, name or directory (default: the git repository you are in)',
];
export const PROJECT_ONLY: OptionEntry = ['--project <project>', 'only of this project: id, name or directory'];
export const LIMIT: OptionEntry = ['--limit <number>', 'at most this many'];
export const STATE: OptionEntry = ['--state <state>', 'only those in this state'];
export const PORT: OptionEntry = [
  '--port <number>',
  'port on 127.0.0.1, 0 for any free one (default: 8000, or any when it is taken)',
];
export const SANDBOX: OptionEntry = [
  '--sandbox <kind>',
  'what confines agents: auto, bubblewrap or none (default: auto)',
];
export const BUDGET: readonly OptionEntry[] = [
  ['--usd <dollars>', 'spend at most this much, what is spent included'],
  ['--tokens <number>', 'use at most this many tokens, what is used included'],
];
export const FILE = ['<file>', 'a workflow file'] as const;
export const MODEL: readonly OptionEntry[] = [
  ['--runtime <runtime>', 'runtime of team members that name none'],
  ['--provider <provider>', 'provider of team members that name none'],
  ['--model <model>', 'model of team members that name none'],
];
export const TIMEOUT: OptionEntry = ['--timeout <seconds>', 'the longest that the run may take'];
/** What a task list does not say itself. */
export const COMMANDS_OF_A_LIST: readonly OptionEntry[] = [
  ['--check <command>', 'for a task list: what must pass at the end of every phase', 'repeated'],
  ['--setup <command>', 'for a task list: prepares a fresh checkout for that', 'repeated'],
];
