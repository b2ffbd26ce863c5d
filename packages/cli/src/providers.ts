import { readFile } from 'node:fs/promises';
import { NewProvider, type ProviderView } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Meter, Upstream } from '@fusion-kit/domain/ports/upstream';
import { givenKey } from '@fusion-kit/upstreams/given-key';
import { openAiCompatibleUpstream } from '@fusion-kit/upstreams/openai-compatible';
import { openRouterUpstream } from '@fusion-kit/upstreams/openrouter';
import * as z from 'zod';
import type { Environment } from './terminal.ts';
import { writeWhole } from './write-whole.ts';

const Kept = z.array(NewProvider);

export interface ProvidersOptions {
  /** Where providers that were added are kept; it names variables, never keys. */
  file: string;
  env: Environment;
  meter: Meter;
  /** The provider of scripted answers, which is always there. */
  scripted: Upstream;
}

/** The providers of this server: the shipped ones and those that were added. Keys stay in the environment and in the upstreams' memory. */
export class Providers {
  readonly #options: ProvidersOptions;
  readonly #upstreams = new Map<string, Upstream>();
  #kept: z.output<typeof Kept> = [];
  /** Those that are added at once are kept one after another, so that none is written over by the next. */
  #keeping: Promise<void> = Promise.resolve();

  constructor(options: ProvidersOptions) {
    const { env, meter, scripted } = options;
    this.#options = options;
    const shipped = openRouterUpstream({
      apiKey: env['OPENROUTER_API_KEY'],
      meter,
      model: env['OPENROUTER_MODEL'],
      ...(env['OPENROUTER_BASE_URL'] && { baseUrl: env['OPENROUTER_BASE_URL'] }),
    });
    for (const upstream of [shipped, scripted]) this.#upstreams.set(upstream.id, upstream);
  }

  /** Takes up what was added before. @throws {FusionError} `bad_request` naming the file when it is damaged */
  async load(): Promise<void> {
    const text = await readFile(this.#options.file, 'utf8').catch(() => undefined);
    if (text === undefined) return;
    const kept = Kept.safeParse(parsed(text));
    if (!kept.success)
      throw new FusionError('bad_request', `${this.#options.file} is damaged: ${z.prettifyError(kept.error)}`);
    this.#kept = kept.data;
    for (const provider of this.#kept) this.#upstreams.set(provider.id, this.#upstreamOf(provider));
  }

  upstream(id: string): Upstream | undefined {
    return this.#upstreams.get(id);
  }

  list(): Promise<ProviderView[]> {
    return Promise.all([...this.#upstreams.values()].map(viewOf));
  }

  async add(provider: z.output<typeof NewProvider>): Promise<ProviderView> {
    const upstream = this.#upstreamOf(provider);
    const kept = this.#keeping.then(() => this.#keep(provider));
    this.#keeping = kept.catch(() => {});
    await kept;
    this.#upstreams.set(provider.id, upstream);
    return viewOf(upstream);
  }

  async #keep(provider: z.output<typeof NewProvider>): Promise<void> {
    const kept = [...this.#kept.filter((other) => other.id !== provider.id), provider];
    await writeWhole(this.#options.file, `${JSON.stringify(kept, null, 2)}\n`);
    this.#kept = kept;
  }

  #upstreamOf({ id, protocol, baseUrl, defaultModel, keyVariable }: z.output<typeof NewProvider>): Upstream {
    const { env, meter } = this.#options;
    const make = protocol === 'openrouter' ? openRouterUpstream : openAiCompatibleUpstream;
    return make({
      id,
      baseUrl,
      meter,
      model: defaultModel,
      credential: givenKey(keyVariable && env[keyVariable], keyVariable ? `environment ${keyVariable}` : 'none needed'),
    });
  }
}

async function viewOf(upstream: Upstream): Promise<ProviderView> {
  const { id, protocol, baseUrl, defaultModel } = upstream;
  return { id, protocol, baseUrl, defaultModel: defaultModel ?? null, status: await upstream.check() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
