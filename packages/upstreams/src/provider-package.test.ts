import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordingMeter } from '@fusion-kit/testing/recording-meter';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspect } from './inspection.ts';
import { givenKey } from './key-source.ts';
import { openRouterUpstream } from './openrouter.ts';
import { loadProvider } from './provider-package.ts';
import { startScriptedServer, type ScriptedServer } from './scripted/server.ts';

let directory: string;
let server: ScriptedServer;
beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'fusion-provider-')));
  server = await startScriptedServer();
});
afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

const settings = () => ({
  id: 'own',
  meter: recordingMeter(),
  credential: givenKey(server.apiKey, 'a test'),
  model: 'coder',
  baseUrl: server.baseUrl,
  fetch: globalThis.fetch,
});
const moduleOf = async (text: string) => {
  const path = join(directory, `provider-${Math.random().toString(36).slice(2)}.mjs`);
  await writeFile(path, text);
  return path;
};
/** As a user would write it: what is its own, and the mechanism of the house. */
const OWN = `
export default ({ httpUpstream, openAiListing, baseUrl, model, ...rest }) =>
  httpUpstream({
    ...rest, protocol: 'openai-compatible', baseUrl, wires: { 'openai-chat': baseUrl }, defaultModel: model, keyRequired: true,
    listing: openAiListing, status: { path: '/models', remainingUsd: () => null },
  });`;

describe("a user's own kind of provider", () => {
  it('is made by the package that is named, installed below the data directory', async () => {
    const home = join(directory, 'node_modules', '@me', 'provider');
    await mkdir(join(home, 'lib'), { recursive: true });
    await writeFile(join(home, 'package.json'), JSON.stringify({ exports: { '.': { import: './lib/own.mjs' } } }));
    await writeFile(join(home, 'lib', 'own.mjs'), OWN);
    const upstream = await (await loadProvider('@me/provider', directory))(settings());

    expect(await upstream.check()).toMatchObject({ ok: true, credential: 'a test' });
    expect((await upstream.models?.())?.[0]?.id).toBe('scripted/coder');
  });

  it.each([
    ['is not installed', () => Promise.resolve('no-such-package-here'), /npm install --prefix/],
    ['cannot be loaded', () => moduleOf('export default ('), /cannot be loaded/],
    ['exports nothing', () => moduleOf('export const provider = 1'), /no default export/],
    ['throws', () => moduleOf("export default () => { throw new Error('no luck') }"), /no luck/],
    ['makes something else', () => moduleOf("export default () => ({ id: 'own' })"), /something else than an Upstream/],
  ])('that %s is refused with what is missing', async (_what, from, message) => {
    const refused = (async () => (await loadProvider(await from(), directory))(settings()))();

    await expect(refused).rejects.toMatchObject({
      code: 'provider_package_invalid',
      message: expect.stringMatching(message),
    });
  });
});

describe('an inspection', () => {
  it('finds nothing wrong with what keeps the rules, and asks for no answer', async () => {
    const { apiKey, baseUrl } = server;
    const findings = await inspect(async (parts) => openRouterUpstream({ apiKey, baseUrl, ...parts }));

    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(findings.length).toBeGreaterThanOrEqual(9);
    expect(server.requests().filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('finds a provider that spends before it has asked, and one that goes anywhere', async () => {
    const { apiKey, baseUrl } = server;
    const findings = await inspect(async ({ meter, fetch }) => ({
      ...openRouterUpstream({ apiKey, baseUrl, meter, fetch }),
      fetch: (_caller, input, init) => fetch(input, init),
    }));
    const wrong = findings.filter(({ ok }) => !ok).map(({ name }) => name);

    expect(wrong).toContain('goes nowhere but to its own place');
    expect(wrong).toContain('asks for money first (openai-chat)');
    expect(wrong).not.toContain('answers');
  });
});
