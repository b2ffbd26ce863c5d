import type { WorkflowDefinition } from '@fusion-kit/domain/workflow';
import { readTasks, type ReadTasksOptions } from './spec-kit-tasks/read.ts';
import { readSpecKitWorkflow } from './spec-kit-workflow/read.ts';
import { readWorkflow } from './workflow-yaml/read.ts';

/** What a file is that a graph can be read from: a Spec Kit task list, a workflow of Spec Kit 1.0, or one of our own. */
export type Format = 'spec-kit-tasks' | 'spec-kit-workflow' | 'workflow';

/** What a caller knows beside the file, for task lists. */
export type Companions = Omit<ReadTasksOptions, 'file'>;

const MARKDOWN = /\.(?:md|markdown)$/i;
const DATA = /\.(?:ya?ml|json)$/i;
const BOX = /^[ \t]{0,20}[-*+] \[[ xX]\] /m;
const STEPS = /^(?:steps|"steps")[ \t]*:/m;
const SPEC_KIT = /^(?:workflow|schema_version)[ \t]*:/m;

/** Tells by the name, and by the text where the name does not say. */
export function formatOf(text: string, file: string): Format {
  if (MARKDOWN.test(file) || (!DATA.test(file) && BOX.test(text) && !SPEC_KIT.test(text))) return 'spec-kit-tasks';
  return STEPS.test(text) && SPEC_KIT.test(text) ? 'spec-kit-workflow' : 'workflow';
}

/**
 * Reads a graph from a file of any known format.
 *
 * @param file its path from the top of the project; all messages start with it
 * @throws {FusionError} as the reader of its format does
 */
export function readAny(
  text: string,
  file: string,
  companions: Companions = {},
): { definition: WorkflowDefinition; warnings: string[] } {
  switch (formatOf(text, file)) {
    case 'spec-kit-tasks':
      return readTasks(text, { ...companions, file });
    case 'spec-kit-workflow':
      return readSpecKitWorkflow(text, { file });
    case 'workflow':
      return readWorkflow(text, file);
  }
}
