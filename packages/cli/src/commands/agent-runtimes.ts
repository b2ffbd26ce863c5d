import { page } from '@fusion-kit/domain/api';
import { type RuntimeView, type Standing, RuntimeView as View } from '@fusion-kit/domain/runtime-view';
import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { optionsOf } from '../options.ts';
import { plain } from '../output/plain.ts';
import { tableText } from '../output/table.ts';
import { connect } from '../server/connect.ts';
import type { Paint } from '../terminal.ts';

/** What agents can work with here, and for each that cannot be used what to do about it. */
export async function listRuntimes(call: Call): Promise<Answer> {
  const { provider } = optionsOf(call, z.object({ provider: z.string().optional() }));
  const { client } = await connect(call);
  const { items } = await client.get('/runtimes', page(View), { query: { provider } });
  return {
    data: { runtimes: items },
    text: (paint, columns) =>
      tableText(
        {
          head: ['program', 'what', 'usable', 'runtimes', 'version', 'gateway', 'login'],
          rows: items.map((view) => [
            view.program ?? '',
            `${plain(view.title)}${view.own ? ' (yours)' : ''}`,
            view.usable.ok ? paint.green('✓ ready') : paint.red(`✗ ${LACKS[view.usable.lacks ?? 'model']}`),
            view.ways.map(({ runtime, installed }) => (installed.ok ? runtime : paint.dim(runtime))).join(' '),
            plain(view.ways.find(({ version }) => version)?.version ?? ''),
            mark(view.credentials.gateway, paint),
            mark(view.credentials.login, paint),
          ]),
          empty: 'nothing that agents could work with',
        },
        paint,
        columns,
      ) + remedies(items, paint),
  };
}

const LACKS = { sandbox: 'no sandbox', program: 'not installed', model: 'no model' } as const;

const mark = (standing: Standing | undefined, paint: Paint): string => {
  if (!standing) return paint.dim('–');
  return standing.ok ? paint.green('✓') : paint.dim('✗');
};

/** Each reason once, with all that it keeps from being used. */
function remedies(items: readonly RuntimeView[], paint: Paint): string {
  const reasons = Map.groupBy(
    items.filter(({ usable }) => !usable.ok),
    ({ usable: { message, remedy } }) => JSON.stringify([message, remedy]),
  );
  const lines = [...reasons.values()].map((kept) => {
    const { message, remedy } = kept[0]!.usable;
    const who = kept.map(({ program, title }) => program ?? plain(title)).join(', ');
    const why = `${paint.bold(who)}: ${plain(message)}`;
    return remedy ? `${why}\n  ${paint.dim('→')} ${plain(remedy)}` : why;
  });
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`;
}
