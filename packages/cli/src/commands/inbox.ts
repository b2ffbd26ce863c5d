import { Inbox, TaskView } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import { openQuestions } from '@fusion-kit/domain/questions';
import * as z from 'zod';
import { accountName } from '../account.ts';
import type { Answer, Call } from '../call.ts';
import { argument, optionsOf } from '../options.ts';
import { inboxText } from '../output/inbox-text.ts';
import { projectOf } from '../references.ts';
import type { Client } from '../server/client.ts';
import { connect } from '../server/connect.ts';
import { taskAnswer } from './task.ts';

/** What waits for a person, with the command that answers it. */
export async function inbox(call: Call): Promise<Answer> {
  const options = optionsOf(call, z.object({ project: z.string().optional(), run: z.string().optional() }));
  const { client } = await connect(call);
  const project = options.project === undefined ? undefined : await projectOf(client, call, options.project);
  const query = { project: project?.id, run: options.run };
  const { items, more } = await client.get('/inbox', Inbox, { query });
  const now = Date.now();
  return {
    data: { items, more },
    text: (paint) =>
      items.length === 0
        ? 'nothing waits for you\n'
        : [
            ...items.map((item) => inboxText(item, now, paint)),
            ...(more > 0 ? [paint.dim(`and ${more} more, of this or other runs: --run <run> shows one\n`)] : []),
          ].join('\n'),
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

/** Takes a failure out of the inbox. */
export async function dismissTask(call: Call): Promise<Answer> {
  const { by = accountName() } = optionsOf(call, z.object({ by: z.string().optional() }));
  const { client } = await connect(call);
  const path = `/tasks/${encodeURIComponent(argument(call, 0, '<task>'))}`;
  return taskAnswer(await client.patch(path, TaskView, { action: 'dismiss', by }));
}

/** Answers a question of a task's agent: with an option when that is what is said, else in words. */
export async function replyToTask(call: Call): Promise<Answer> {
  const options = optionsOf(
    call,
    z.object({ question: z.string().optional(), option: z.string().optional(), by: z.string().optional() }),
  );
  const { by = accountName(), question } = options;
  const path = `/tasks/${encodeURIComponent(argument(call, 0, '<task>'))}`;
  const words = call.args.slice(1).flat().join(' ').trim();
  if (words === '' && options.option === undefined) throw new FusionError('usage', '<answer> is missing');
  const { client } = await connect(call);
  const asked = options.option ?? (await chosenIn(client, path, { question, words }));
  const text = asked === words ? '' : words;
  const change = {
    action: 'reply',
    by,
    ...(question !== undefined && { question }),
    ...(asked !== undefined && { option: asked }),
    ...(text !== '' && { text }),
  };
  return taskAnswer(await client.patch(path, TaskView, change));
}

/** The option that is typed by its id or its label. */
async function chosenIn(
  client: Client,
  path: string,
  { question, words }: { question: string | undefined; words: string },
): Promise<string | undefined> {
  const task = await client.get(path, TaskView);
  const open = openQuestions(task).filter(({ id }) => question === undefined || id === question);
  const options = open.length === 1 ? open[0]!.options : [];
  const typed = words.toLowerCase();
  return (options.find(({ id }) => id === words) ?? options.find(({ label }) => label.toLowerCase() === typed))?.id;
}
