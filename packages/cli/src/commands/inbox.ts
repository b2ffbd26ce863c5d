import { Inbox, TaskView } from '@fusion-kit/domain/api';
import type { InboxItem } from '@fusion-kit/domain/inbox';
import * as z from 'zod';
import { accountName } from '../account.ts';
import type { Answer, Call } from '../call.ts';
import { argument, optionsOf } from '../options.ts';
import { ago, duration } from '../output/figures.ts';
import { plain } from '../output/plain.ts';
import { projectOf } from '../references.ts';
import { connect } from '../server/connect.ts';
import type { Paint } from '../terminal.ts';
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
      items.length === 0 ? 'nothing waits for you\n' : items.map((item) => itemText(item, now, paint)).join('\n'),
  };
}

function itemText(item: InboxItem, now: number, paint: Paint): string {
  const node = item.node === item.title ? '' : `${item.node}, `;
  const head = `${paint.bold(plain(item.title))} ${paint.dim(`${node}${ago(item.since, now)}, ${item.runId}`)}\n`;
  switch (item.kind) {
    case 'approval': {
      const left = item.expiresAt > now ? `, ${duration(item.expiresAt - now)} left` : '';
      const whom = item.to === undefined ? '' : ` for ${plain(item.to)}`;
      const ways = item.options
        .map(({ id, label }) => `${paint.cyan(id)}${label ? ` (${plain(label)})` : ''}`)
        .join(', ');
      const first = item.options[0]?.id ?? '';
      return `${paint.yellow('?')} ${head}  ${plain(item.message)}\n  ${paint.dim(`approval${whom}${left}:`)} ${ways}\n  → fusion-kit task answer ${item.taskId} ${first}\n`;
    }
    case 'stalled':
      return `${paint.yellow('…')} ${head}  makes no progress; its process is ${item.process}\n  → fusion-kit task logs ${item.taskId}, then cancel it or wait\n`;
    case 'failure':
      return `${paint.red('✗')} ${head}  ${plain(item.failure.message)}\n  → ${plain(item.failure.remedy)}\n`;
  }
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
