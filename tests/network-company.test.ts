import { writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { startScriptedServer, type ScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CommandHouse, holding, openCommandHouse, stateOf } from './command-house.ts';

/** A certificate that nobody else trusts; its key is not kept. */
const COMPANY = `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIURr7DJo20NzaouGpL/gADmbxUzCgwCgYIKoZIzj0EAwIw
HzEdMBsGA1UEAwwUQ29tcGFueSBvZiB0aGlzIHRlc3QwIBcNMjYxMTIyMTUzMTU4
WhgPMjEyNjEwMjkxNTMxNThaMB8xHTAbBgNVBAMMFENvbXBhbnkgb2YgdGhpcyB0
ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7Zd+XCVD8Y7Ca7KGdAhhwaex
DT6gjBx112HLQ/Ecz0BSiibHoqcbB06RKL80WY417m3mzL87WkulcR2BBh+8oaNT
MFEwHQYDVR0OBBYEFBLCI8UUymyODCgqLZPWoYx8vFnsMB8GA1UdIwQYMBaAFBLC
I8UUymyODCgqLZPWoYx8vFnsMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID
SAAwRQIgNE4ztPHlQKhR0KoyztCD9dG2tLB7dESGb+muFbxqY0oCIQDFFVizlWH5
qz3OpX+qu+K3RLY90xTAARHf4TJiZNvOkA==
-----END CERTIFICATE-----
`;
const PASSWORD = 'hunter22-of-the-proxy';

let house: CommandHouse;
let provider: ScriptedServer;
let proxy: { asked: string[]; url: string; close: () => Promise<unknown> };

/** The proxy of a company: the only one who knows where names of it are, and asks for a password. */
async function openProxy(modelsAt: number): Promise<typeof proxy> {
  const asked: string[] = [];
  const authorization = `Basic ${Buffer.from(`me:${PASSWORD}`).toString('base64')}`;
  const server = createServer((incoming, outgoing) => {
    asked.push(incoming.url ?? '');
    const known = incoming.headers['proxy-authorization'] === authorization;
    outgoing.writeHead(known ? 200 : 407).end('a package of the company');
  });
  server.on('connect', (incoming, client, head) => {
    asked.push(incoming.url ?? '');
    if (incoming.headers['proxy-authorization'] !== authorization)
      return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const far = connect(modelsAt, '127.0.0.1');
    far.on('error', () => client.destroy());
    client.on('error', () => far.destroy());
    client.write('HTTP/1.1 200 OK\r\n\r\n');
    far.write(head);
    client.pipe(far).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://me:${PASSWORD}@127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    server.closeAllConnections();
    server.close();
  };
  return { asked, url, close };
}

beforeEach(async () => {
  house = await openCommandHouse('company');
  provider = await startScriptedServer();
  proxy = await openProxy(Number(new URL(provider.baseUrl).port));
  const file = join(house.home, 'company.pem');
  await writeFile(file, COMPANY);
  Object.assign(house.env, {
    HTTP_PROXY: proxy.url,
    HTTPS_PROXY: proxy.url,
    NODE_EXTRA_CA_CERTS: file,
    SSL_CERT_FILE: '',
  });
});
afterEach(async () => {
  await house.close();
  await provider.close();
  await proxy.close();
});

it('models and hosts are reached by the proxy of a company, and its certificate is known in cages; its password is not', async () => {
  await house.fusionKit(['provider', 'key', 'set', 'local'], provider.apiKey);
  const at = provider.baseUrl.replace(/127\.0\.0\.1:\d+/, 'models.company.test');
  await house.fusionKit(['provider', 'add', 'local', '--protocol', 'openrouter', '--base-url', at]);
  await writeFile(
    join(house.home, 'company.workflow.yaml'),
    `
name: company
hosts: ['packages.company.test:80', '*.company.test']
team: [{ name: ada, provider: local, model: coder, capabilities: [models] }]
nodes:
  think:
    title: Think
    requires: [models]
    prompt: '<<SCRIPT [{"tool": "finish", "args": {"summary": "thought"}}] >>'
  fetch:
    title: Fetch
    run: curl -sS --max-time 20 http://packages.company.test/one
  trust:
    title: Trust
    run: |
      cmp "$CURL_CA_BUNDLE" "$GIT_SSL_CAINFO" && cmp "$REQUESTS_CA_BUNDLE" "$SSL_CERT_FILE" && tail -n 2 "$SSL_CERT_FILE"
      node -p "'extra ' + tls.getCACertificates('extra').at(-1)"
  look:
    title: Look
    run: env; cat /proc/*/environ
  direct:
    title: Go around it
    run: curl -sS --max-time 20 http://elsewhere.test/ || true
`,
  );
  const run = await house.fusionKit(['run', join(house.home, 'company.workflow.yaml'), '--json']);
  const tail = await house.fusionKit(['events', 'tail', '--limit', '1000', '--json']);

  expect(stateOf(run)).toBe('completed');
  expect(run.out).toContain('a package of the company');
  const last = COMPANY.trim().split('\n').at(-2);
  expect(run.out).toContain(`${last}\\n-----END CERTIFICATE-----\\nextra -----BEGIN CERTIFICATE-----\\nMII`);
  expect(run.out.split(last ?? '-').length).toBeGreaterThan(2);
  expect(proxy.asked).toContain('http://packages.company.test/one');
  expect(proxy.asked.filter((place) => place.includes('models.company.test'))).not.toEqual([]);
  expect(proxy.asked.filter((place) => place.includes('elsewhere'))).toEqual([]);
  expect(run.out + run.err + tail.out).not.toContain(PASSWORD);
  expect(await holding(house.home, PASSWORD)).toEqual([]);
});
