import { resolve } from 'node:path';
import { page, ProviderFindings, ProviderView } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import { didYouMean } from '@fusion-kit/domain/nearest';
import { ModelProtocol } from '@fusion-kit/domain/ports/upstream';
import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { argument, optionsOf } from '../options.ts';
import { plain } from '../output/plain.ts';
import { fieldsText, tableText } from '../output/table.ts';
import { connect } from '../server/connect.ts';
import type { Paint } from '../terminal.ts';

const shownStatus = ({ status }: ProviderView, paint: Paint): string =>
  status.ok ? paint.green('✓ ready') : paint.red(`✗ ${plain(status.failure?.message ?? 'cannot be used')}`);

const remaining = ({ status }: ProviderView): string =>
  status.remainingUsd === null ? '' : `$${status.remainingUsd.toFixed(2)}`;

export async function listProviders(call: Call): Promise<Answer> {
  const { client } = await connect(call);
  const { items } = await client.get('/providers', page(ProviderView));
  return {
    data: { providers: items },
    text: (paint, columns) =>
      tableText(
        {
          head: ['provider', 'status', 'key', 'left', 'model', 'address'],
          rows: items.map((provider) => [
            provider.id,
            shownStatus(provider, paint),
            plain(provider.status.credential),
            remaining(provider),
            provider.defaultModel ?? '',
            provider.baseUrl,
          ]),
          empty: 'no providers',
        },
        paint,
        columns,
      ),
  };
}

/** `PROVIDER/MODEL`, where the model may hold further slashes. */
const Fallback = z.array(z.string()).transform((texts, context) =>
  texts.map((text) => {
    const at = text.indexOf('/');
    if (at < 1 || at === text.length - 1)
      context.addIssue({ code: 'custom', message: `${text} is not PROVIDER/MODEL` });
    return { provider: text.slice(0, at), model: text.slice(at + 1) };
  }),
);

const Add = z.object({
  baseUrl: z.string().optional(),
  protocol: ModelProtocol.optional(),
  model: z.string().optional(),
  keyVariable: z.string().optional(),
  package: z.string().optional(),
  fallback: Fallback.optional(),
  replace: z.boolean().optional(),
});

export async function addProvider(call: Call): Promise<Answer> {
  const { model, package: from, protocol, ...options } = optionsOf(call, Add);
  if (from === undefined && (protocol ?? 'openai-compatible') === 'openai-compatible' && options.baseUrl === undefined)
    throw new FusionError('usage', '--base-url: where does it answer?');
  const { client } = await connect(call);
  const id = argument(call, 0, '<id>');
  const kind =
    from === undefined
      ? { protocol: protocol ?? 'openai-compatible' }
      : { package: /^\.{0,2}\//.test(from) ? resolve(call.cwd, from) : from, protocol };
  return providerAnswer(
    await client.post('/providers', ProviderView, { id, ...kind, ...options, defaultModel: model }),
  );
}

export async function removeProvider(call: Call): Promise<Answer> {
  const id = argument(call, 0, '<id>');
  const { client } = await connect(call);
  const removed = await client.delete(`/providers/${encodeURIComponent(id)}`, ProviderView);
  return { data: removed, text: (paint) => `${paint.green('✓')} provider ${plain(removed.id)} is forgotten\n` };
}

/** Exit code 1 when it cannot be used or breaks a rule. */
export async function checkProvider(call: Call): Promise<Answer> {
  const id = argument(call, 0, '<id>');
  const { client } = await connect(call);
  const { items } = await client.get('/providers', page(ProviderView));
  const provider = items.find((item) => item.id === id);
  if (!provider) {
    const known = items.map((item) => item.id);
    throw new FusionError('provider_unknown', `there is no provider ${id}${didYouMean(id, known)}`);
  }
  const { findings } = await client.get(`/providers/${encodeURIComponent(id)}/findings`, ProviderFindings);
  const view = providerAnswer(provider);
  return {
    data: { ...provider, findings },
    text: (paint, columns) =>
      [
        view.text(paint, columns).trimEnd(),
        '',
        ...findings.map(
          ({ name, ok, message }) => `${ok ? paint.green('✓') : paint.red('✗')} ${plain(name)}: ${plain(message)}`,
        ),
        '',
      ].join('\n'),
    ok: provider.status.ok && findings.every(({ ok }) => ok),
  };
}

const providerAnswer = (provider: ProviderView): Answer => ({
  data: provider,
  text: (paint) =>
    fieldsText(
      [
        ['provider', `${paint.bold(provider.id)} ${paint.dim(provider.protocol)}`],
        ['status', shownStatus(provider, paint)],
        ['remedy', provider.status.failure ? plain(provider.status.failure.remedy) : ''],
        ['key', plain(provider.status.credential)],
        ['left', remaining(provider)],
        ['model', provider.defaultModel ?? ''],
        ['address', provider.baseUrl],
      ],
      paint,
    ),
});
