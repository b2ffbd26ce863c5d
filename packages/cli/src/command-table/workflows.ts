import type { CommandEntry } from './entry.ts';
import { COMMANDS_OF_A_LIST, PROJECT, LIMIT, FILE, MODEL, TIMEOUT } from './shared-options.ts';

/** Graphs of tasks, as files and saved. */
export const WORKFLOWS: readonly CommandEntry[] = [
  {
    path: 'workflow create',
    summary: 'save a workflow file; a known name gets a new version',
    arguments: [FILE],
    options: [PROJECT, ...COMMANDS_OF_A_LIST],
    load: async () => (await import('../commands/workflow.ts')).createWorkflow,
  },
  {
    path: 'workflow list',
    summary: 'list workflows',
    options: [PROJECT, LIMIT],
    load: async () => (await import('../commands/workflow.ts')).listWorkflows,
  },
  {
    path: 'workflow get',
    summary: 'show a workflow and its versions',
    arguments: [['<workflow>', 'id or name']],
    load: async () => (await import('../commands/workflow.ts')).getWorkflow,
  },
  {
    path: 'workflow versions',
    summary: 'list the versions of a workflow, who saved them and when',
    arguments: [['<workflow>', 'id or name']],
    load: async () => (await import('../commands/workflow-versions.ts')).workflowVersions,
  },
  {
    path: 'workflow diff',
    summary: 'say what changed between two versions',
    arguments: [
      ['<workflow>', 'id or name'],
      ['<from>', 'a version'],
      ['<to>', 'another version'],
    ],
    load: async () => (await import('../commands/workflow-versions.ts')).diffWorkflow,
  },
  {
    path: 'workflow export',
    summary: 'print a saved workflow as the file it could have come from',
    arguments: [['<workflow>', 'id or name']],
    options: [
      ['--version <number>', 'which version (default: the latest)'],
      ['--all', 'every version, as one JSON document'],
      ['--output <file>', 'write it to a new file'],
    ],
    load: async () => (await import('../commands/workflow-files.ts')).exportWorkflow,
  },
  {
    path: 'workflow import',
    summary: 'save a workflow file, or every version of an exported document',
    arguments: [FILE],
    options: [PROJECT],
    load: async () => (await import('../commands/workflow-files.ts')).importWorkflow,
  },
  {
    path: 'workflow start',
    summary: 'start a run of a saved workflow',
    arguments: [['<workflow>', 'id or name']],
    options: [['--input <name=value>', 'an input of the workflow', 'repeated'], ...MODEL, TIMEOUT],
    load: async () => (await import('../commands/workflow.ts')).startWorkflow,
  },
  {
    path: 'workflow validate',
    summary: 'check a workflow file; nothing is saved',
    arguments: [FILE],
    options: [PROJECT],
    load: async () => (await import('../commands/workflow.ts')).validateWorkflow,
  },
];
