import { TaskView } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import type { InboxItem } from '@fusion-kit/domain/inbox';
import * as z from 'zod';
import { type Outside, outsideTool } from '../outside.ts';
import { inboxOf, itemSight, pathOf } from '../run-sight.ts';

const Answer = z.object({
  task: z.string().min(1).max(100).describe('id of the task, as the inbox gives it'),
  option: z.string().min(1).max(1_000).optional().describe('one of the options'),
  text: z.string().min(1).max(2_000).optional().describe('the answer in words, or a comment'),
  question: z.string().max(100).optional().describe('which question, where the task asks several'),
});

export const inbox = outsideTool({
  name: 'fusion_inbox',
  description: 'Shows what waits for a person: approvals, questions of agents, agents that hang, failures.',
  reads: true,
  input: z.object({ run: z.string().max(100).optional().describe('only of this run') }),
  async run({ run }, outside) {
    const { items, more } = await inboxOf(await outside.api(), run);
    return { items: items.map(itemSight), more };
  },
});

export const answerInbox = outsideTool({
  name: 'fusion_answer',
  description:
    "Answers something in the inbox with one of its options, with words, or both. Do this only with the user's consent: agents act on it.",
  reads: false,
  input: Answer,
  async run(given, outside) {
    const api = await outside.api();
    const { items } = await inboxOf(api);
    const item = items.find((each) => each.taskId === given.task && isAbout(each, given.question));
    if (!item)
      throw new FusionError('task_unknown', `nothing of task ${given.task} waits for an answer`, {
        remedy: 'See fusion_inbox for what does.',
      });
    const task = await api.patch(pathOf('tasks', given.task), TaskView, changeFor(item.kind, given, outside));
    return { task: task.id, node: task.node, state: task.state };
  },
});

/** Whatever the task waits for, where no question is named. */
const isAbout = (item: InboxItem, question: string | undefined): boolean =>
  question === undefined || (item.kind === 'question' && item.questionId === question);

/** @throws {FusionError} `bad_request` when it is no answer to that */
function changeFor(
  kind: InboxItem['kind'],
  { option, text, question }: z.infer<typeof Answer>,
  { account: by }: Outside,
): object {
  if (kind === 'question')
    return {
      action: 'reply',
      by,
      ...(question !== undefined && { question }),
      ...(option !== undefined && { option }),
      ...(text !== undefined && { text }),
    };
  if (kind === 'approval' && option !== undefined)
    return { action: 'answer', option, by, ...(text !== undefined && { comment: text }) };
  if (kind === 'stalled' && (option === 'restart' || option === 'cancel'))
    return { action: option, reason: text ?? `${option} by ${by}` };
  throw new FusionError('bad_request', `that is no answer to something of kind ${kind}`, {
    remedy: kind === 'failure' ? 'Start what failed again with `fusion-kit run rerun`.' : 'Name one of its options.',
  });
}
