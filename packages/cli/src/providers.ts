import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { NewProvider, type ProviderFindings, type ProviderView } from '@fusion-kit/domain/api';
import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import { parsedJson } from '@fusion-kit/domain/parsed-json';
import type { Meter, Upstream } from '@fusion-kit/domain/ports/upstream';
import { inspect } from '@fusion-kit/upstreams/inspection';
import { ollamaUpstream } from '@fusion-kit/upstreams/openai-compatible';
import { loadProvider } from '@fusion-kit/upstreams/provider-package';
import { withFallback } from '@fusion-kit/upstreams/with-fallback';
import * as z from 'zod';
import type { KeyChain } from './keys/key-chain.ts';
import { KEY_VARIABLES } from './keys/known-variables.ts';
import { KINDS } from './provider-kinds.ts';
import type { Environment } from './terminal.ts';
import { writeWhole } from './write-whole.ts';

const Kept = z.array(NewProvider);
type Configured = z.output<typeof NewProvider>;

/** Makes an upstream, for use or, with parts of its own, to be tried. */
type Make = (parts: { meter: Meter; fetch?: typeof globalThis.fetch }) => Upstream | Promise<Upstream>;
interface Known {
  /** Without its fallbacks: those of others go to it alone. */
  bare: Upstream;
  upstream: Upstream;
  make: Make;
}

export interface ProvidersOptions {
  /** Where providers that were added are kept; it names variables, never keys. */
  file: string;
  env: Environment;
  keys: KeyChain;
  meter: Meter;
  /** The provider of scripted answers, which is always there. */
  scripted: (parts: { meter: Meter; fetch?: typeof globalThis.fetch }) => Upstream;
}

/** The providers of this server: the shipped ones and those that were added. Keys stay where they are kept and in the upstreams' memory. */
export class Providers {
  readonly #options: ProvidersOptions;
  readonly #known = new Map<string, Known>();
  #kept: Configured[] = [];
  /** Changes are made one after another, so that none is written over by the next. */
  #changing: Promise<unknown> = Promise.resolve();

  constructor(options: ProvidersOptions) {
    this.#options = options;
    for (const id of SHIPPED) this.#ship(id);
  }

  /** Takes up what was added before. @throws {FusionError} `bad_request` naming the file when it is damaged */
  async load(): Promise<void> {
    const text = await readFile(this.#options.file, 'utf8').catch(() => undefined);
    if (text === undefined) return;
    const kept = Kept.safeParse(parsedJson(text));
    if (!kept.success)
      throw new FusionError('bad_request', `${this.#options.file} is damaged: ${z.prettifyError(kept.error)}`);
    this.#kept = kept.data;
    for (const provider of this.#kept) {
      // One whose package is gone says so when it is used; the server and the others are none the worse.
      const known = await this.#made(provider).catch((thrown: unknown) => unusable(provider, asFusionError(thrown)));
      this.#known.set(provider.id, known);
    }
  }

  upstream(id: string): Upstream | undefined {
    return this.#known.get(id)?.upstream;
  }

  list(): Promise<ProviderView[]> {
    return Promise.all([...this.#known.values()].map(({ upstream }) => viewOf(upstream)));
  }

  async add({ replace = false, ...provider }: Configured): Promise<ProviderView> {
    if (this.#known.has(provider.id) && !replace)
      throw new FusionError('provider_exists', `there is a provider ${provider.id} already`);
    const known = await this.#made(provider);
    await this.#keep((kept) => [...kept.filter(({ id }) => id !== provider.id), provider]);
    this.#known.set(provider.id, known);
    return viewOf(known.upstream);
  }

  /** A shipped one that was replaced is as it was shipped again. */
  async remove(id: string): Promise<ProviderView> {
    const { upstream } = this.#get(id);
    if (!this.#kept.some((provider) => provider.id === id))
      throw new FusionError('provider_unknown', `provider ${id} was not added: it belongs to fusion-kit`);
    const view = await viewOf(upstream);
    await this.#keep((kept) => kept.filter((provider) => provider.id !== id));
    this.#known.delete(id);
    if (SHIPPED.some((shipped) => shipped === id)) this.#ship(id);
    return view;
  }

  async inspect(id: string): Promise<ProviderFindings> {
    const { make } = this.#get(id);
    return { id, findings: await inspect(async (parts) => make(parts)) };
  }

  #get(id: string): Known {
    const known = this.#known.get(id);
    if (!known) throw new FusionError('provider_unknown', `there is no provider ${id}`);
    return known;
  }

  async #keep(change: (kept: Configured[]) => Configured[]): Promise<void> {
    const work = this.#changing.then(async () => {
      const kept = change(this.#kept);
      await writeWhole(this.#options.file, `${JSON.stringify(kept, null, 2)}\n`);
      this.#kept = kept;
    });
    this.#changing = work.catch(() => {});
    await work;
  }

  #ship(id: string): void {
    const { env, keys, meter, scripted } = this.#options;
    const common = { id, credential: keys.source(id, KEY_VARIABLES[id] ?? []), listed: this.#listed, model: undefined };
    const of = (make: (parts: Parameters<Make>[0]) => Upstream) => {
      const bare = make({ meter });
      this.#known.set(id, { bare, upstream: bare, make });
    };
    if (id === 'scripted') of(scripted);
    else if (id === 'ollama')
      of((parts) => ollamaUpstream({ ...parts, credential: keys.source(id, [], { optional: true }) }));
    else if (id === 'openrouter') {
      const place = env['OPENROUTER_BASE_URL'];
      of((parts) =>
        KINDS.openrouter({ ...common, ...parts, model: env['OPENROUTER_MODEL'], ...(place && { baseUrl: place }) }),
      );
    } else if (id === 'openai' || id === 'anthropic' || id === 'google')
      of((parts) => KINDS[id]({ ...common, ...parts }));
  }

  /** Only where OpenRouter is the shipped one: another by its name may list anything. */
  readonly #listed = async () => (await this.#known.get('openrouter')?.bare.models?.()) ?? [];

  async #made(provider: Configured): Promise<Known> {
    const { keys, meter, file } = this.#options;
    const { id, protocol, baseUrl, defaultModel: model, keyVariable, package: from, fallback = [] } = provider;
    const variables = keyVariable ? [keyVariable] : (KEY_VARIABLES[id] ?? []);
    const optional = protocol === 'openai-compatible' && !keyVariable;
    const common = { id, model, credential: keys.source(id, variables, { optional }) };
    const own = from === undefined ? undefined : await loadProvider(from, dirname(file));
    const make: Make = (parts) => {
      if (own) return own({ fetch: globalThis.fetch, ...common, ...parts, baseUrl });
      const kind = KINDS[protocol ?? 'openai-compatible'];
      return kind({ ...common, ...parts, listed: this.#listed, ...(baseUrl && { baseUrl }) });
    };
    const bare = await make({ meter });
    const behind = () =>
      fallback.flatMap(({ provider: other, model: otherModel }) => {
        const upstream = this.#known.get(other)?.bare;
        return upstream ? [{ upstream, model: otherModel }] : [];
      });
    return { bare, upstream: withFallback(bare, behind), make };
  }
}

function unusable({ id, protocol = 'openai-compatible', baseUrl = '' }: Configured, failure: FusionError): Known {
  const upstream: Upstream = {
    id,
    protocol,
    baseUrl,
    wires: {},
    defaultModel: undefined,
    fetch: () => Promise.reject(failure),
    check: async () => ({
      ok: false,
      credential: 'none',
      remainingUsd: null,
      checkedAt: Date.now(),
      failure: failure.toJSON(),
    }),
  };
  return { bare: upstream, upstream, make: () => upstream };
}

const SHIPPED = ['openrouter', 'openai', 'anthropic', 'google', 'ollama', 'scripted'] as const;

async function viewOf(upstream: Upstream): Promise<ProviderView> {
  const { id, protocol, baseUrl, defaultModel } = upstream;
  return { id, protocol, baseUrl, defaultModel: defaultModel ?? null, status: await upstream.check() };
}
