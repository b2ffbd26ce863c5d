import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { AgentSpec } from '@fusion-kit/domain/agent';
import type { EventOf } from '@fusion-kit/domain/event';
import type { Runtime, Turn } from '@fusion-kit/domain/ports/runtime';
import type { Meter, Upstream } from '@fusion-kit/domain/ports/upstream';
import { wholeText } from '@fusion-kit/domain/kept-text';
import { googleUpstream } from '@fusion-kit/upstreams/vendors';
import { type ScriptedServer, startScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { scriptedUpstream } from '@fusion-kit/upstreams/scripted/upstream';
import { afterEach, describe, expect, it } from 'vitest';
import { agentWork, node, runEnds, tasksOf } from './house.ts';
import { openWorkingHouse, type WorkingHouse, type WorkingHouseOptions } from './working-house.ts';

const open: (WorkingHouse | ScriptedServer)[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});

const HELLO = 'Say hello.';

interface Asked {
  house: WorkingHouse;
  server: ScriptedServer;
  /** What the last turn's services said of the latest request. */
  failure: () => string | undefined;
  tokens: string[];
}

/** A house with an agent that is a program in a cage: it is given the address and the token, and what it prints is its claim. */
async function working(
  program: string,
  options: Pick<WorkingHouseOptions, 'sandbox'> & { budget?: AgentSpec['budget'] } = {},
  upstream: (server: ScriptedServer, meter: Meter) => Upstream = (one, meter) =>
    scriptedUpstream({ server: one, meter }),
): Promise<Asked> {
  const server = await startScriptedServer({
    scenario: [{ name: 'hello', match: HELLO, steps: [{ say: 'Good day' }] }],
  });
  open.push(server);
  const tokens: string[] = [];
  let failure: string | undefined;
  const runtime: Runtime = {
    id: 'program',
    needsModel: () => true,
    async *run(turn, signal) {
      yield* [];
      const { url = '', token = '' } = turn.services ?? {};
      const env = { URL: url, TOKEN: token, OLD_TOKEN: tokens.at(-1) ?? '', MODELS: server.baseUrl };
      tokens.push(token);
      const summary = await said(turn, program, env, signal);
      failure = turn.services?.failure()?.code;
      return { summary, outputs: {} };
    },
  };
  const house = await openWorkingHouse({
    ...options,
    runtimes: [runtime],
    upstream: (meter) => upstream(server, meter),
    team: [{ runtime: 'program', model: 'the/model', budget: options.budget ?? {} }],
  });
  open.push(house);
  return { house, server, tokens, failure: () => failure };
}

async function said(turn: Turn, script: string, env: Record<string, string>, signal: AbortSignal): Promise<string> {
  const line = turn.cage('/bin/sh', ['-euc', script], { env, bridge: turn.services?.bridge });
  const child = spawn(line.command, line.args, { cwd: line.cwd, env: line.env, stdio: ['ignore', 'pipe', 'pipe'] });
  signal.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
  const [out, complaints] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return out + complaints;
}

/** Has it work on one task, and gives its claim. */
async function worked({ house: { engine, start } }: Asked, id = 'one'): Promise<string> {
  const run = await start([node(id, [], { work: { ...agentWork(id), outputs: ['summary'] }, requires: [] })]);
  expect((await runEnds(engine, run.id)).event.type).toBe('run.completed');
  const [task] = await tasksOf(engine, run.id);
  return wholeText(engine.blobs, task?.outputs?.['summary'] ?? '');
}

const calls = async ({ house: { engine } }: Asked) =>
  (await engine.events(0, 100, { types: ['model.called'] })).map(({ event }) => event as EventOf<'model.called'>);

const curl = (path: string, key: string, body: object) =>
  `curl -sSN --max-time 30 -H 'content-type: application/json' -H "${key}" -d '${JSON.stringify(body)}' "$URL${path}"`;
const user = [{ role: 'user', content: HELLO }];

/** Each format as its clients ask: where, with what key, and what they read of an answer, whole or in pieces. */
const FORMATS = {
  'OpenAI chat': [
    curl('/v1/chat/completions', 'authorization: Bearer $TOKEN', { model: 'gpt-4o', messages: user }),
    curl('/v1/chat/completions', 'authorization: Bearer $TOKEN', { model: 'gpt-4o', messages: user, stream: true }),
  ],
  'OpenAI responses': [
    curl('/v1/responses', 'authorization: Bearer $TOKEN', { model: 'gpt-5', input: HELLO }),
    curl('/v1/responses', 'authorization: Bearer $TOKEN', { model: 'gpt-5', input: HELLO, stream: true }),
  ],
  'Anthropic messages': [
    curl('/v1/messages', 'x-api-key: $TOKEN', { model: 'claude-x', max_tokens: 50, messages: user }),
    curl('/v1/messages?beta=true', 'x-api-key: $TOKEN', { model: 'x', max_tokens: 50, messages: user, stream: true }),
  ],
  Gemini: [
    curl('/v1beta/models/gemini-x:generateContent', 'x-goog-api-key: $TOKEN', {
      contents: [{ role: 'user', parts: [{ text: HELLO }] }],
    }),
    curl('/v1beta/models/gemini-x:streamGenerateContent?alt=sse', 'x-goog-api-key: $TOKEN', {
      contents: [{ role: 'user', parts: [{ text: HELLO }] }],
    }),
  ],
} as const;

const google = ({ apiKey, baseUrl }: ScriptedServer, meter: Meter) =>
  googleUpstream({ apiKey, baseUrl: `${baseUrl}beta`, meter });

describe.each(['bubblewrap', 'none'] as const)('a program in a cage of %s', (sandbox) => {
  it.each(Object.entries(FORMATS))(
    'asks a model by %s, whole and in pieces, and it is metered',
    async (format, [whole, pieces]) => {
      const asked = await working(
        `${whole}; echo; echo =====; ${pieces}`,
        { sandbox },
        ...(format === 'Gemini' ? [google] : []),
      );
      const [answer = '', stream = ''] = (await worked(asked)).split('=====');
      expect(answer).toContain('Good day');
      expect(stream.match(/^data: /gm)?.length).toBeGreaterThan(1);
      expect(stream).toMatch(/Good.*day/s);
      expect(await calls(asked)).toMatchObject([
        { model: 'the/model', status: 200, basis: 'reported', outputTokens: expect.any(Number) },
        { model: 'the/model', status: 200, basis: 'reported' },
      ]);
      const [task] = [...new Set((await calls(asked)).map(({ taskId }) => taskId))];
      expect(task).toMatch(/^tsk_/);
      expect(asked.failure()).toBeUndefined();
    },
  );
});

describe('in the cage', () => {
  const ask = (key: string) => curl('/v1/messages', `x-api-key: ${key}`, { max_tokens: 50, messages: user });

  it('the token of a dispatch that is over, and one that was made up, reach no model', async () => {
    const asked = await working(`${ask('$OLD_TOKEN')}; ${ask('made-up')}`);
    await worked(asked, 'one');
    const answers = await worked(asked, 'two');
    expect(answers.match(/authentication_error/g)).toHaveLength(2);
    expect(asked.tokens[0]).not.toBe(asked.tokens[1]);
    expect(asked.server.requests().filter(({ method }) => method === 'POST')).toEqual([]);
    expect(await calls(asked)).toEqual([]);
  });

  it('a budget that is spent is refused before a model is asked, and the runtime knows why', async () => {
    const asked = await working(`${ask('$TOKEN')} -w ' %{http_code}'`, { budget: { tokens: 10 } });
    expect(await worked(asked)).toMatch(/billing_error.* 402$/s);
    expect(asked.failure()).toBe('budget_exceeded');
    expect(asked.server.requests().filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('the model itself is not reached, only what asks it in the name of the agent', async () => {
    const asked = await working(`curl -sS --max-time 5 "$MODELS/models" || true; ${ask('$TOKEN')}`);
    expect(await worked(asked)).toMatch(/Good day.*Failed to connect/s);
  });

  it("the key is nowhere, and nothing is left of a dispatch's bridge", async () => {
    const asked = await working(
      `cat /proc/*/environ /proc/*/cmdline | tr '\\0' '\\n'; cat "$HOME"/.* 2>/dev/null || true; ${ask('$TOKEN')}`,
    );
    const seen = await worked(asked);
    expect(seen).toContain('Good day');
    expect(seen).toContain(asked.tokens[0]);
    expect(seen).not.toContain(asked.server.apiKey);
    expect(await readdir(join(asked.house.data, 'bridge'))).toEqual([]);
  });

  it('what is under way when its task is cancelled is ended at the model and paid for', async () => {
    const slow = {
      max_tokens: 50,
      messages: [{ role: 'user', content: '<<SCRIPT [{"say": "late", "sleepMs": 60000}] >>' }],
    };
    const asked = await working(curl('/v1/messages', 'x-api-key: $TOKEN', slow));
    const { engine, start } = asked.house;
    const run = await start([node('one', [], { requires: [] })]);
    await expect.poll(() => asked.server.requests().filter(({ method }) => method === 'POST').length).toBe(1);
    await engine.submit({ type: 'run.cancel', runId: run.id, reason: 'enough' });
    await runEnds(engine, run.id);
    await expect.poll(() => readdir(join(asked.house.data, 'bridge'))).toEqual([]);
    await expect.poll(() => calls(asked)).toMatchObject([{ status: 0, basis: 'reserved', outputTokens: 50 }]);
  });
});
