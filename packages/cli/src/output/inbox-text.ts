import { type InboxItem, waitingIn } from '@fusion-kit/domain/inbox';
import type { Run } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import { preview } from '@fusion-kit/domain/text';
import type { Paint } from '../terminal.ts';
import { ago, duration } from './figures.ts';
import { plain, shortly } from './plain.ts';

/** What of a run goes on when a person has answered. Pure. */
export const questionsOf = (run: Run | undefined, tasks: Iterable<Task>): InboxItem[] =>
  run?.state === 'running' || run?.state === 'paused' ? waitingIn(run, tasks) : [];

/** What waits for a person, in two or three lines, with the command that answers it. Pure. */
export function inboxText(item: InboxItem, now: number, paint: Paint): string {
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
    case 'question': {
      const ways = item.options.map(
        ({ id, label }) => `${paint.cyan(plain(id))}${label === id ? '' : ` (${plain(label)})`}`,
      );
      const which = item.others > 0 ? ` --question ${item.questionId}` : '';
      const first = item.options[0]?.id ?? 'ANSWER';
      const told = [...ways, `${ways.length > 0 ? 'or ' : ''}words of your own`].join(', ');
      return `${paint.yellow('?')} ${head}  ${plain(preview(item.text))}\n  ${paint.dim('waits for you:')} ${told}\n  → fusion-kit task reply ${item.taskId} ${asWord(first)}${which}\n`;
    }
    case 'blocked': {
      const why = shortly(plain(item.failure.message), `fusion-kit agent get ${item.agent}`);
      return `${paint.red('✗')} ${head}  waits for agent ${item.agent}, who cannot work: ${why}\n  → ${plain(item.failure.remedy)}\n  → then: fusion-kit agent respawn ${item.agentId}\n`;
    }
    case 'stalled':
      return `${paint.yellow('…')} ${head}  makes no progress; its process is ${item.process}\n  → fusion-kit task logs ${item.taskId}, then fusion-kit task restart ${item.taskId}\n`;
    case 'failure':
      return `${paint.red('✗')} ${head}  ${shortly(plain(item.failure.message), `fusion-kit task get ${item.taskId}`)}\n  → ${plain(item.failure.remedy)}\n  → seen: fusion-kit inbox dismiss ${item.taskId}\n`;
  }
}

/** What a shell takes as one word. */
const asWord = (text: string): string =>
  /^[\w.:/@%+-]+$/.test(text) ? text : `'${plain(text).replaceAll("'", "'\\''")}'`;
