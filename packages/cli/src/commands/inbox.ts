import { Inbox, TaskView } from '@fusion-kit/domain/api';
import * as z from 'zod';
import { accountName } from '../account.ts';
import type { Answer, Call } from '../call.ts';
import { argument, optionsOf } from '../options.ts';
import { inboxText } from '../output/inbox-text.ts';
import { projectOf } from '../references.ts';
import { connect } from '../server/connect.ts';
import { taskAnswer } from './task.ts';

/** What waits for a person, with the command that answers it. */
export async function inbox(call: Call): Promise<Answer> {
  const options = optionsOf(call, z.object({ project: z.string().optional(), run: z.string().optional() }));
  const { client } = await connect(call);
  const project = options.project === undefined ? undefined : await projectOf(client, call, options.project);
  const { items } = await client.get('/inbox', Inbox, { query: { project: project?.id, run: options.run } });
  const now = Date.now();
  return {
    data: { items },
    text: (paint) =>
      items.length === 0 ? 'nothing waits for you\n' : items.map((item) => inboxText(item, now, paint)).join('\n'),
  };
}

export async function answerTask(call: Call): Promise<Answer> {
  const { comment, by = accountName() } = optionsOf(
    call,
    z.object({ comment: z.string().optional(), by: z.string().optional() }),
  );
  const option = argument(call, 1, '<option>');
  const { client } = await connect(call);
  const change = { action: 'answer', option, by, ...(comment !== undefined && { comment }) };
  return taskAnswer(await client.patch(`/tasks/${encodeURIComponent(argument(call, 0, '<task>'))}`, TaskView, change));
}
