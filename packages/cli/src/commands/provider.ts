import { NewProvider, page, ProviderView } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import { didYouMean } from '@fusion-kit/domain/nearest';
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

const Add = z.object({
  baseUrl: z.string('where does it answer?'),
  protocol: NewProvider.shape.protocol.default('openai-compatible'),
  model: z.string().optional(),
  keyVariable: z.string().optional(),
});

export async function addProvider(call: Call): Promise<Answer> {
  const { baseUrl, protocol, model, keyVariable } = optionsOf(call, Add);
  const { client } = await connect(call);
  const id = argument(call, 0, '<id>');
  return providerAnswer(
    await client.post('/providers', ProviderView, { id, protocol, baseUrl, defaultModel: model, keyVariable }),
  );
}

/** Exit code 1 when it cannot be used. */
export async function checkProvider(call: Call): Promise<Answer> {
  const id = argument(call, 0, '<id>');
  const { client } = await connect(call);
  const { items } = await client.get('/providers', page(ProviderView));
  const provider = items.find((item) => item.id === id);
  if (!provider) {
    const known = items.map((item) => item.id);
    throw new FusionError('provider_unknown', `there is no provider ${id}${didYouMean(id, known)}`);
  }
  return { ...providerAnswer(provider), ok: provider.status.ok };
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
