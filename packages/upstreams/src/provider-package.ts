import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import { ModelProtocol, type Meter, type Upstream, Wire } from '@fusion-kit/domain/ports/upstream';
import * as z from 'zod';
import { httpUpstream } from './http-upstream.ts';
import type { KeySource } from './key-source.ts';
import { openAiListing } from './listings.ts';

/** What a user's own provider is made of. With `httpUpstream` it needs to say only what is its own: address, wires, headers. */
export interface ProviderHouse {
  id: string;
  meter: Meter;
  credential: KeySource;
  model: string | undefined;
  baseUrl: string | undefined;
  fetch: typeof globalThis.fetch;
  httpUpstream: typeof httpUpstream;
  openAiListing: typeof openAiListing;
}
export type ProviderFactory = (house: ProviderHouse) => Upstream | Promise<Upstream>;
/** All that a factory is not given by us. */
export type ProviderSettings = Omit<ProviderHouse, 'httpUpstream' | 'openAiListing'>;

const isFunction = z.custom<(...given: never[]) => unknown>((value) => typeof value === 'function', 'not a function');
const Module = z.object({ default: isFunction });
const Made = z.object({
  id: z.string(),
  protocol: ModelProtocol,
  baseUrl: z.string(),
  wires: z.partialRecord(Wire, z.url()),
  fetch: isFunction,
  check: isFunction,
});

/**
 * Loads a user's own kind of provider: a module whose default export makes an `Upstream`.
 *
 * @param from an absolute path of a file, or the name of a package installed below `directory`
 * @throws {FusionError} `provider_package_invalid` saying what is missing
 */
export async function loadProvider(
  from: string,
  directory: string,
): Promise<(settings: ProviderSettings) => Promise<Upstream>> {
  const invalid = (what: string, cause?: unknown) =>
    new FusionError('provider_package_invalid', `${from} ${what}`, { cause });
  const path = isAbsolute(from) ? from : await entryOf(from, directory);
  if (path === undefined)
    throw invalid(`is not installed below ${directory}: npm install --prefix ${directory} ${from}`);
  const loaded: unknown = await import(pathToFileURL(path).href).catch((cause: unknown) => {
    throw invalid(`cannot be loaded: ${asFusionError(cause).message}`, cause);
  });
  const module = Module.safeParse(loaded).data;
  if (!module) throw invalid('has no default export that is a function');
  const factory = module.default as unknown as ProviderFactory;
  return async (settings) => {
    const made: unknown = await Promise.resolve({ ...settings, httpUpstream, openAiListing })
      .then(factory)
      .catch((cause: unknown) => {
        throw invalid(`made no provider: ${asFusionError(cause).message}`, cause);
      });
    const shape = Made.safeParse(made);
    if (!shape.success) throw invalid(`made something else than an Upstream: ${z.prettifyError(shape.error)}`);
    if (shape.data.id !== settings.id)
      throw invalid(`made a provider ${shape.data.id} where ${settings.id} was asked for`);
    return made as Upstream;
  };
}

type Exports = string | { [condition: string]: Exports };
const Exports: z.ZodType<Exports> = z.lazy(() => z.union([z.string(), z.record(z.string(), Exports)]));
const Manifest = z.object({ exports: Exports.optional().catch(undefined), main: z.string().optional() });

/** The file that `import` would take from there. */
async function entryOf(name: string, directory: string): Promise<string | undefined> {
  const manifestPath = manifestOf(name, directory);
  if (!manifestPath) return undefined;
  const { exports, main } = Manifest.parse(JSON.parse(await readFile(manifestPath, 'utf8')));
  return join(dirname(manifestPath), (exports && imported(exports)) ?? main ?? 'index.js');
}

function manifestOf(name: string, directory: string): string | undefined {
  try {
    return findPackageJSON(name, pathToFileURL(join(directory, 'package.json')));
  } catch {
    return undefined;
  }
}

function imported(exports: Exports): string | undefined {
  if (typeof exports === 'string') return exports;
  for (const [condition, inner] of Object.entries(exports))
    if (['.', 'import', 'node', 'default'].includes(condition)) return imported(inner);
  return undefined;
}
