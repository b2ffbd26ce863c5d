import { chmod, mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claude } from '../table/claude.ts';
import { codex } from '../table/codex.ts';
import type { KeptLogin } from './kept-login.ts';
import { loginsIn } from './logins.ts';
import { readLoginIn } from './read-login.ts';
import { refreshedLogin } from './refreshed.ts';

let root: string;
beforeEach(async () => (root = await realpath(await mkdtemp(join(tmpdir(), 'fusion-login-')))));
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(path: string, content: unknown): Promise<void> {
  const whole = join(root, path);
  await mkdir(dirname(whole), { recursive: true });
  await writeFile(whole, JSON.stringify(content));
}
const kept: KeptLogin = { program: 'codex', madeAt: 1, from: 'a test', files: { '.codex/auth.json': '{}' }, parts: {} };

describe('a login', () => {
  it("is copied from a person's HOME, and of a file that holds more only what belongs to it", async () => {
    await put('.claude/.credentials.json', { claudeAiOauth: { accessToken: 'a', refreshToken: 'r', expiresAt: 1 } });
    await put('.claude.json', { oauthAccount: { emailAddress: 'mia@x' }, projects: { '/secret/project': {} } });
    const login = await readLoginIn(root, claude, 'copied');
    expect(Object.keys(login.files)).toEqual(['.claude/.credentials.json']);
    expect(login.parts).toEqual({ '.claude.json': { oauthAccount: { emailAddress: 'mia@x' } } });
  });

  it('that is not there is missed, with what to do', async () => {
    await expect(readLoginIn(root, codex, 'copied')).rejects.toMatchObject({
      code: 'login_missing',
      message: expect.stringContaining('.codex/auth.json'),
      remedy: expect.stringContaining('codex login'),
    });
    await expect(readLoginIn(root, claude, 'copied')).rejects.toMatchObject({
      remedy: expect.stringContaining('fusion-kit agent login claude --token'),
    });
  });

  it('is kept for its owner alone, and refused when others may read it', async () => {
    const logins = loginsIn(root);
    expect(await logins.read('codex')).toBeUndefined();
    await logins.write(kept);
    const path = logins.place('codex');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    expect(await logins.read('codex')).toEqual(kept);
    await chmod(path, 0o640);
    await expect(logins.read('codex')).rejects.toMatchObject({
      code: 'keys_unsafe',
      remedy: expect.stringContaining('chmod 600'),
    });
    await chmod(path, 0o600);
    await writeFile(path, '{"program": "secret-inside"}');
    await expect(logins.read('codex')).rejects.toMatchObject({
      code: 'keys_unsafe',
      message: expect.not.stringContaining('secret-inside'),
    });
    expect(await logins.remove('codex')).toBe(true);
    expect(await logins.remove('codex')).toBe(false);
    expect(await readdir(dirname(path))).toEqual([]);
  });

  it('is changed by one at a time', async () => {
    const logins = loginsIn(root);
    await logins.write({ ...kept, madeAt: 0 });
    const more = () => logins.update('codex', (login) => ({ ...login, madeAt: login.madeAt + 1 }));
    await Promise.all(Array.from({ length: 20 }, more));
    expect((await logins.read('codex'))?.madeAt).toBe(20);
  });
});

describe('what a program has refreshed', () => {
  const NOW = Date.parse('2026-11-22T12:00:00Z');
  const PATH = '.claude/.credentials.json';
  const token = (name: string, expiresAt: number, more: object = {}) =>
    JSON.stringify({
      claudeAiOauth: { accessToken: name, refreshToken: `r-${name}`, expiresAt, scopes: ['user'], ...more },
    });
  const login: KeptLogin = { ...kept, program: 'claude', files: { [PATH]: token('old', NOW) } };
  const back = (text: string) => refreshedLogin(login, new Map([[PATH, text]]), NOW);

  it('is taken back when it holds later', () => {
    const later = token('new', NOW + 3_600_000);
    expect(back(later)?.files).toEqual({ [PATH]: later });
    const codexFile = (account: string, refresh: string) =>
      JSON.stringify({ tokens: { access_token: refresh, account_id: account }, last_refresh: refresh });
    const before = { ...kept, files: { '.codex/auth.json': codexFile('mia', '2026-11-20T00:00:00Z') } };
    const refreshed = (account: string) =>
      refreshedLogin(before, new Map([['.codex/auth.json', codexFile(account, '2026-11-22T00:00:00Z')]]), NOW);
    expect(refreshed('mia')?.files['.codex/auth.json']).toContain('2026-11-22');
    expect(refreshed('somebody else')).toBeUndefined();
  });

  it.each([
    ['the same', token('old', NOW)],
    ['an older one', token('older', NOW - 1)],
    ['what is no JSON', 'x'],
    ['another shape', JSON.stringify({ apiKey: 'x', expiresAt: NOW + 1 })],
    ['more than there was', token('new', NOW + 1, { proxy: 'https://evil.example' })],
    ['other rights', token('new', NOW + 1, { scopes: ['user', 'admin'] })],
    ['what holds for ever', token('new', NOW + 10 * 365 * 86_400_000)],
  ])('is left when it is %s', (_what, text) => expect(back(text)).toBeUndefined());

  it('is left when it is gone', () => expect(refreshedLogin(login, new Map(), NOW)).toBeUndefined());
});
