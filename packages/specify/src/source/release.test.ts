import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { type FakeGithub, fakeGithub, type GithubMode } from '../../dev/fake-github.ts';
import { classesIn, flat } from '../../dev/message-classes.ts';
import { httpProxy, socksProxy } from '../../dev/proxy.ts';
import { COMMAND, lay, type Ran, specify, stage, treeOf } from '../../dev/stage.ts';
import { packageZip } from '../../dev/package-zip.ts';

const WORDS = ['init', 'demo', '--ai', 'claude', '--script', 'sh', '--ignore-agent-tools', '--no-git'];
const FIXTURES = new URL('../../fixtures/', import.meta.url);
const CERTIFICATE = fileURLToPath(new URL('loopback-certificate.pem', FIXTURES));
const SECURE = { cert: readFileSync(CERTIFICATE), key: readFileSync(new URL('loopback-key.pem', FIXTURES)) };

interface Asked {
  github: FakeGithub;
  ran: Ran;
  tree: string[];
}

async function fromRelease(
  github: FakeGithub,
  { argv = ['--release'], env = {} }: { argv?: string[]; env?: Record<string, string> } = {},
): Promise<Asked> {
  const place = stage();
  onTestFinished(place.remove);
  onTestFinished(github.close);
  const ran = await specify([...WORDS, ...argv], place, { extraEnv: { GITHUB_API_URL: github.api, ...env } });
  return { github, ran, tree: treeOf(place.cwd) };
}

test.each<[GithubMode, string[], string]>([
  ['ratelimit', ['E_FETCH', 'E_INIT_FAILED'], 'It is lifted at 2030-03-17T17:46:40.000Z. With a token'],
  ['noassets', ['E_NO_ASSET', 'E_INIT_FAILED'], '(nothing)'],
  ['noaddress', ['E_DOWNLOAD', 'E_INIT_FAILED'], 'no address'],
  ['slip', ['E_INIT_FAILED'], '"../evil.txt"'],
  ['absolute', ['E_INIT_FAILED'], '"/tmp/evil.txt"'],
  ['symlink', ['E_INIT_FAILED'], '.specify/link in it is a symbolic link'],
  ['git-hook', ['E_INIT_FAILED'], '".git/hooks/pre-commit"'],
  ['bad-checksum', ['E_INIT_FAILED'], 'is damaged'],
  ['corrupt', ['E_INIT_FAILED'], 'not a zip archive, or its end is missing'],
  ['trunc', ['E_DOWNLOAD', 'E_INIT_FAILED'], 'broke off'],
])('a release with %s is told and leaves nothing behind', async (mode, classes, fact) => {
  const { ran, tree } = await fromRelease(await fakeGithub(mode));
  expect(ran.exitCode).toBe(1);
  expect(classesIn(ran.stdout)).toEqual(['BANNER', 'PANEL_SETUP', 'I_SELECTED', ...classes].toSorted());
  expect(flat(ran.stdout)).toContain(fact);
  expect(tree).toEqual([]);
});

test('a package whose names start with the folder it was packed in is one like any other', async () => {
  const { ran, tree } = await fromRelease(await fakeGithub('dotted'));
  expect(ran.exitCode).toBe(0);
  expect(tree).toContain('644 demo/.claude/commands/speckit.plan.md');
});

test('Ctrl-C during a download ends it, and nothing is left behind', async () => {
  const github = await fakeGithub('hang');
  onTestFinished(github.close);
  const place = stage();
  onTestFinished(place.remove);
  const env = { ...place.env, GITHUB_API_URL: github.api };
  const child = spawn(process.execPath, [COMMAND, ...WORDS, '--release'], { cwd: place.cwd, env });
  const said = child.stderr.setEncoding('utf8').toArray();
  child.stdout.resume();
  await expect.poll(() => github.requests.length, { timeout: 20_000 }).toBe(2);
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([1, null]);
  expect((await said).join('')).toBe('Aborted.\n');
  expect(treeOf(place.cwd)).toEqual([]);
});

test('a redirect to another host does not get the token', async () => {
  const { ran, github } = await fromRelease(await fakeGithub('redirect'), {
    argv: ['--release', '--github-token', ' token-of-mine '],
  });
  expect(ran.exitCode).toBe(0);
  expect(github.requests.map(({ authorization }) => authorization)).toEqual([
    'Bearer token-of-mine',
    'Bearer token-of-mine',
    null,
  ]);
  expect(ran.stdout).not.toContain('token-of-mine');
});

test.each([
  [{ GH_TOKEN: 'one', GITHUB_TOKEN: 'two' }, 'Bearer one'],
  [{ GH_TOKEN: ' ', GITHUB_TOKEN: 'two' }, 'Bearer two'],
  [{ GH_TOKEN: '', GITHUB_TOKEN: '' }, null],
])('with %j the token is %s', async (env, authorization) => {
  const { github } = await fromRelease(await fakeGithub('ok'), { env });
  expect(github.requests.map((arrived) => arrived.authorization)).toEqual([authorization, authorization]);
});

test('a release can be asked for by its tag', async () => {
  const { github, ran } = await fromRelease(await fakeGithub('ok'), { argv: ['--release', 'v0.0.99'] });
  expect(ran.exitCode).toBe(0);
  expect(github.requests[0]?.url).toMatch(/\/releases\/tags\/v0\.0\.99$/);
});

test('a tag that does not exist is told', async () => {
  const { ran } = await fromRelease(await fakeGithub('ok'), { argv: ['--release=v9.9.9'] });
  expect(flat(ran.stdout)).toContain('The API returned 404 for');
});

test('--debug shows what the server said, and not the token', async () => {
  const { ran } = await fromRelease(await fakeGithub('ratelimit'), {
    argv: ['--release', '--debug', '--github-token', 'token-of-mine'],
  });
  expect(flat(ran.stdout)).toContain('x-ratelimit-reset: 1900000000');
  expect(flat(ran.stdout)).toContain('Body: {"message":"limit"}');
  expect(ran.stdout).not.toContain('token-of-mine');
});

test('a package of this directory is announced and kept, and --release does not use it', async () => {
  const github = await fakeGithub('ok');
  onTestFinished(github.close);
  const place = stage();
  onTestFinished(place.remove);
  const extraEnv = { GITHUB_API_URL: github.api, SPECIFY_TEMPLATE_SOURCE: 'release' };
  lay(place.cwd, {
    '.genreleases/spec-kit-template-claude-sh-v0.0.9.zip': 'damaged',
    '.genreleases/spec-kit-template-claude-sh-v0.0.10.zip': await packageZip('claude', 'sh'),
  });
  const local = await specify(WORDS, place, { extraEnv });
  expect(classesIn(local.stdout)).toContain('W_LOCAL_PACKAGE');
  expect(flat(local.stdout)).toContain('local package .genreleases/spec-kit-template-claude-sh-v0.0.10.zip');
  expect(github.requests).toEqual([]);
  const release = await specify([...WORDS.with(1, 'other'), '--release'], place, { extraEnv });
  expect(classesIn(release.stdout)).not.toContain('W_LOCAL_PACKAGE');
  expect(github.requests).toHaveLength(2);
  expect(treeOf(place.cwd).filter((path) => path.endsWith('.zip'))).toHaveLength(2);
});

test('what the operating system trusts is trusted, anything else only with --skip-tls', async () => {
  const refused = await fromRelease(await fakeGithub('ok', SECURE));
  expect(classesIn(refused.ran.stdout)).toContain('E_FETCH');
  expect(refused.ran.stdout).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
  const skipped = await fromRelease(await fakeGithub('ok', SECURE), { argv: ['--release', '--skip-tls'] });
  expect(skipped.ran.exitCode).toBe(0);
  // On Linux the store of the operating system is the one that OpenSSL reads.
  const trusted = await fromRelease(await fakeGithub('ok', SECURE), {
    env: process.platform === 'linux' ? { SSL_CERT_FILE: CERTIFICATE } : { NODE_EXTRA_CA_CERTS: CERTIFICATE },
  });
  expect(trusted.ran.exitCode).toBe(0);
});

test.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY'])('%s names the proxy for http', async (name) => {
  const proxy = await httpProxy();
  onTestFinished(proxy.close);
  const { ran, github } = await fromRelease(await fakeGithub('ok'), { env: { [name]: `http://${proxy.address}` } });
  expect(ran.exitCode).toBe(0);
  expect(new Set(proxy.asked)).toEqual(new Set([new URL(github.api).host]));
  expect(github.requests).toHaveLength(2);
});

test('HTTPS_PROXY names the proxy for https, which sees no more than the host', async () => {
  const proxy = await httpProxy();
  onTestFinished(proxy.close);
  const { ran, github } = await fromRelease(await fakeGithub('ok', SECURE), {
    argv: ['--release', '--skip-tls'],
    env: { HTTPS_PROXY: proxy.address, HTTP_PROXY: 'http://127.0.0.1:9' },
  });
  expect(ran.exitCode).toBe(0);
  expect(new Set(proxy.asked)).toEqual(new Set([new URL(github.api).host]));
});

test('ALL_PROXY may speak SOCKS', async () => {
  const proxy = await socksProxy();
  onTestFinished(proxy.close);
  const { ran, github } = await fromRelease(await fakeGithub('ok'), {
    env: { ALL_PROXY: `socks5h://${proxy.address}` },
  });
  expect(ran.exitCode).toBe(0);
  expect(new Set(proxy.asked)).toEqual(new Set([new URL(github.api).host]));
});

test('NO_PROXY names what is reached without one', async () => {
  const { ran } = await fromRelease(await fakeGithub('ok'), {
    env: { HTTP_PROXY: 'http://127.0.0.1:9', NO_PROXY: '127.0.0.1' },
  });
  expect(ran.exitCode).toBe(0);
});
