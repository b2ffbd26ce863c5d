import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type AgentKey, AGENTS, type ScriptFlavour } from '../src/agents.ts';
import { type PackageMode, packageZip } from './package-zip.ts';

/** How the fake answers: as GitHub does, or as it might on a bad day. */
export type GithubMode =
  | PackageMode
  | 'notfound'
  | 'badjson'
  | 'otherassets'
  | 'noassets'
  | 'noaddress'
  | 'dl404'
  | 'trunc'
  | 'ratelimit'
  | 'redirect'
  | 'hang'
  | 'unreachable';

/** One request that arrived, under the address that it would have had. */
export interface Arrived {
  url: string;
  authorization: string | null;
}

export interface FakeGithub {
  /** For `GITHUB_API_URL`. */
  api: string;
  requests: Arrived[];
  close: () => Promise<void>;
}

const REPOSITORY = 'cracked99/fusion-kit';
const TAG = 'v0.0.99';

/** GitHub on the loopback: one release with thirty packages. With `tls` it speaks https. */
export async function fakeGithub(mode: GithubMode, tls?: ServerOptions): Promise<FakeGithub> {
  const requests: Arrived[] = [];
  const close: (() => Promise<void>)[] = [];
  const listen = async (listener: RequestListener) => {
    const server = tls ? createSecureServer(tls, listener) : createServer(listener);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    close.push(async () => {
      server.closeAllConnections();
      if (server.listening) await new Promise((done) => server.close(done));
    });
    return `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const record: (listener: RequestListener) => RequestListener = (listener) => (request, response) => {
    requests.push({
      url: `https:/${request.url}`,
      authorization: request.headers.authorization ?? null,
    });
    listener(request, response);
  };
  const files = await listen(record((request, response) => sendPackage(request.url ?? '', mode, response)));
  const origin: string = await listen(
    record((request, response) => {
      const path = request.url ?? '';
      if (path.startsWith('/api.github.com/')) sendRelease(path, { origin, mode }, response);
      else if (mode === 'redirect') response.writeHead(302, { location: files + path }).end();
      else sendPackage(path, mode, response);
    }),
  );
  if (mode === 'unreachable') await close.pop()!();
  return {
    api: `${origin}/api.github.com`,
    requests,
    close: async () => void (await Promise.all(close.map((end) => end()))),
  };
}

function sendRelease(
  path: string,
  { origin, mode }: { origin: string; mode: GithubMode },
  response: ServerResponse,
): void {
  const base = `/api.github.com/repos/${REPOSITORY}/releases`;
  const known = path === `${base}/latest` || path === `${base}/tags/${TAG}`;
  if (mode === 'ratelimit') {
    response.writeHead(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1900000000' });
    response.end(JSON.stringify({ message: 'limit' }));
  } else if (mode === 'notfound' || !known) response.writeHead(404).end(JSON.stringify({ message: 'Not Found' }));
  else if (mode === 'badjson') response.end('<html>a proxy says no</html>');
  else {
    const assets = AGENTS.flatMap(({ key }) =>
      ['sh', 'ps'].map((script) => `spec-kit-template-${key}-${script}-${TAG}.zip`),
    ).map((name) => ({
      name,
      size: 55_137,
      browser_download_url:
        mode === 'noaddress' ? null : `${origin}/github.com/${REPOSITORY}/releases/download/${TAG}/${name}`,
    }));
    const other = [{ name: 'something-else.tar.gz', size: 1, browser_download_url: `${origin}/github.com/other` }];
    // Nobody asks for this one, so nothing but its name need be there.
    const sums = { name: 'spec-kit-template-checksums.txt' };
    const listed = mode === 'otherassets' ? other : [sums, ...assets];
    response.end(JSON.stringify({ tag_name: TAG, assets: mode === 'noassets' ? undefined : listed }));
  }
}

const PACKAGES: readonly string[] = [
  'nested',
  'corrupt',
  'slip',
  'absolute',
  'symlink',
  'git-hook',
  'bad-checksum',
  'dotted',
] satisfies PackageMode[];

function sendPackage(path: string, mode: GithubMode, response: ServerResponse): void {
  const [, agent, script] = /spec-kit-template-(.+)-(sh|ps)-v/.exec(path) ?? [];
  if (mode === 'dl404' || agent === undefined) {
    response.writeHead(404).end();
    return;
  }
  if (mode === 'hang') return;
  const kind = PACKAGES.includes(mode) ? (mode as PackageMode) : 'ok';
  packageZip(agent as AgentKey, script as ScriptFlavour, kind).then(
    (zip) => {
      if (mode !== 'trunc') {
        response.end(zip);
        return;
      }
      response.writeHead(200, { 'content-length': zip.length });
      response.write(zip.subarray(0, zip.length >> 1), () => response.destroy());
    },
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
}
