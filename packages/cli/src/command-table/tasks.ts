import type { CommandEntry } from './entry.ts';
import { PROJECT, LIMIT, STATE } from './shared-options.ts';

/** Units of work. */
export const TASKS: readonly CommandEntry[] = [
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
    load: async () => (await import('../commands/task.ts')).createTask,
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
    load: async () => (await import('../commands/task.ts')).listTasks,
  },
  {
    path: 'task get',
    summary: 'show a task, its proof and its outputs',
    arguments: [['<task>', 'id of the task']],
    load: async () => (await import('../commands/task.ts')).getTask,
  },
  {
    path: 'task cancel',
    summary: 'stop a task',
    arguments: [['<task>', 'id of the task']],
    options: [['--reason <text>', 'why']],
    load: async () => (await import('../commands/task.ts')).cancelTask,
  },
  {
    path: 'task restart',
    summary: 'end the present attempt of a task that hangs and give it out again',
    arguments: [['<task>', 'id of the task']],
    options: [['--reason <text>', 'why']],
    load: async () => (await import('../commands/task.ts')).restartTask,
  },
  {
    path: 'task skip',
    summary: 'leave a waiting task out',
    arguments: [['<task>', 'id of the task']],
    options: [['--reason <text>', 'why']],
    load: async () => (await import('../commands/task.ts')).skipTask,
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
    load: async () => (await import('../commands/inbox.ts')).answerTask,
  },
  {
    path: 'task reply',
    summary: "answer a question of a task's agent",
    arguments: [
      ['<task>', 'id of the task'],
      ['[answer...]', 'one of the options of the question, or words of your own'],
    ],
    options: [
      ['--question <question>', 'which one, where several wait'],
      ['--option <option>', 'the option, with words of your own beside it'],
      ['--by <name>', 'your name (default: that of your account)'],
    ],
    load: async () => (await import('../commands/inbox.ts')).replyToTask,
  },
  {
    path: 'task logs',
    summary: 'the conversation of a task',
    arguments: [['<task>', 'id of the task']],
    options: [LIMIT],
    load: async () => (await import('../commands/task.ts')).taskLogs,
  },
];
