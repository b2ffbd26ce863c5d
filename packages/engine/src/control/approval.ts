import type { Command } from '@fusion-kit/domain/command';
import { fill, references } from '@fusion-kit/domain/expression/template';
import { keepText } from '@fusion-kit/domain/kept-text';
import type { ApprovalWork } from '@fusion-kit/domain/nodes/approval';
import type { Task } from '@fusion-kit/domain/task';
import { valuesAt, type ValuesOptions } from './values.ts';

/** Asks a person, once. @throws {FusionError} `expression_invalid`, `blob_unknown` */
export async function approvalStep(
  options: ValuesOptions,
  task: Task,
  { message }: ApprovalWork,
): Promise<Command | undefined> {
  if (task.state !== 'queued') return undefined;
  const filled = fill(message, await valuesAt(options, { task }, references(message)));
  const asks = await keepText(options.blobs, filled);
  return { type: 'control.open', taskId: task.id, after: 0, opened: 0, asks, children: [] };
}
