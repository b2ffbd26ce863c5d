import { readdir, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { FusionError } from '@fusion-kit/domain/errors';
import type { TurnServices } from '@fusion-kit/domain/ports/runtime';
import type { AgentDesk } from '@fusion-kit/domain/ports/agent-desk';
import { sampleStart } from '@fusion-kit/testing/runner-parts';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openServices, type OfferedServices, type ServiceClient } from './services.ts';

const { caller, agent } = sampleStart();
/** Handed on as it is. */
const desk = {} as AgentDesk;

/** Serves whose the key is that a request has. */
async function open(network: 'none' | 'host', directory?: string) {
  const known: ServiceClient[] = [];
  const offered: OfferedServices = {
    directory: directory ?? join(await temporaryDirectory(), 'bridge'),
    serve: (clientOf) => async (asked) => {
      const client = clientOf(asked.headers.get('x-api-key') ?? '');
      if (client) known.push(client);
      return new Response(client?.caller.dispatchId ?? 'nobody');
    },
  };
  const services = await openServices(offered, {
    caller,
    agent: { ...agent, model: 'the/model' },
    upstream: undefined,
    desk,
    workspace: { network },
  });
  onTestFinished(() => services.close());
  return { offered, services, known };
}

const ask = ({ bridge, url }: TurnServices, key: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const place = bridge ? { socketPath: bridge.socket } : { port: new URL(url).port };
    request({ ...place, host: '127.0.0.1', agent: false, headers: { 'x-api-key': key } }, (answer) =>
      resolve(text(answer)),
    )
      .on('error', reject)
      .end();
  });

describe.each(['none', 'host'] as const)('where the network of a cage is %s', (network) => {
  it('a dispatch is served under its own token, until it is over', async () => {
    const { services, known } = await open(network);
    expect(await ask(services, services.token)).toBe(caller.dispatchId);
    expect(known[0]).toMatchObject({ caller, model: 'the/model' });
    expect(services.token).toMatch(/^[\w-]{43}$/);
    await services.close();
    await expect(ask(services, services.token)).rejects.toThrow('connect');
  });

  it('the token of another is nobody’s', async () => {
    const [one, other] = [await open(network), await open(network)];
    expect(await ask(one.services, other.services.token)).toBe('nobody');
    expect(await ask(one.services, '')).toBe('nobody');
    expect(one.services.token).not.toBe(other.services.token);
  });

  it('what came of the latest request is known', async () => {
    const { services, known } = await open(network);
    await ask(services, services.token);
    expect(services.failure()).toBeUndefined();
    known[0]!.told(new FusionError('budget_exceeded', 'nothing left'));
    expect(services.failure()?.code).toBe('budget_exceeded');
    known[0]!.told(undefined);
    expect(services.failure()).toBeUndefined();
  });
});

describe('the socket of a dispatch', () => {
  it('lies where no other user comes in, and is gone with the dispatch', async () => {
    const { services, offered } = await open('none');
    expect((await stat(offered.directory)).mode & 0o777).toBe(0o700);
    expect(await readdir(offered.directory)).toHaveLength(1);
    await services.close();
    expect(await readdir(offered.directory)).toEqual([]);
  });

  it('lies in a short place of its own where its path would be too long', async () => {
    const { services } = await open('none', join(await temporaryDirectory(), 'a'.repeat(100)));
    const directory = join(services.bridge!.socket, '..');
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect(await ask(services, services.token)).toBe(caller.dispatchId);
    await services.close();
    await expect(stat(directory)).rejects.toThrow('ENOENT');
  });
});
