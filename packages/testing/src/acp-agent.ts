import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import {
  agent,
  type AgentContext,
  methods,
  ndJsonStream,
  PROTOCOL_VERSION,
  RequestError,
} from '@agentclientprotocol/sdk';
import { type Deed, deedsIn } from './runtime-deeds.ts';

// A coding agent that speaks the Agent Client Protocol over its standard input and output, and has a script for a brain: it does the deeds that it is asked to, with
// files and commands of its own as real ones have. Its sessions are files of its HOME. What `ACP_AGENT` names it does as some programs do:
//
// - `deaf`: never answers
// - `logged-out`: wants a login
// - `forgetful`: cannot load a session; it writes what it is asked into `asked.txt`
// - `silent-end`: stops without a word, as one does whose model is refused
// - `thoughtful`: thinks, and says nothing
// - `stubborn`: goes on when it is told to stop

const MANNER = process.env['ACP_AGENT'] ?? '';
const SESSIONS = join(homedir(), '.acp-agent');

interface Memory {
  deeds: readonly Deed[];
  /** How many of them are done. */
  done: number;
  asked: string[];
}

interface Talk {
  client: AgentContext;
  sessionId: string;
  cwd: string;
  signal: AbortSignal;
}

const memories = new Map<string, Memory>();
const places = new Map<string, string>();
const underWay = new Map<string, AbortController>();
let calls = 0;

const fileOf = (sessionId: string): string => join(SESSIONS, `${sessionId}.json`);

async function remember(sessionId: string, memory: Memory): Promise<void> {
  memories.set(sessionId, memory);
  await mkdir(SESSIONS, { recursive: true });
  await writeFile(fileOf(sessionId), JSON.stringify(memory));
}

const tell = ({ client, sessionId }: Talk, update: Record<string, unknown>): Promise<void> =>
  client.notify(methods.client.session.update, { sessionId, update } as never);

const say = async (talk: Talk, text: string): Promise<void> => {
  for (const part of text.match(/\S+\s*|\s+/g) ?? [])
    await tell(talk, { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: part } });
};

/** A tool call as clients are shown it: asked for, under way, over. */
async function use(
  talk: Talk,
  call: { title: string; kind: string; rawInput: unknown },
  perform: () => Promise<{ content: unknown[]; failed?: boolean }>,
): Promise<void> {
  const toolCallId = `call-${(calls += 1)}`;
  await tell(talk, { sessionUpdate: 'tool_call', toolCallId, status: 'pending', ...call });
  const { outcome } = await talk.client.request(methods.client.session.requestPermission, {
    sessionId: talk.sessionId,
    toolCall: { toolCallId, ...call } as never,
    options: [
      { optionId: 'always', name: 'Always', kind: 'allow_always' },
      { optionId: 'once', name: 'Yes', kind: 'allow_once' },
      { optionId: 'no', name: 'No', kind: 'reject_once' },
    ],
  });
  talk.signal.throwIfAborted();
  if (outcome.outcome === 'cancelled' || outcome.optionId === 'no') {
    const content = [{ type: 'content', content: { type: 'text', text: 'that is not permitted' } }];
    return tell(talk, { sessionUpdate: 'tool_call_update', toolCallId, status: 'failed', content });
  }
  await tell(talk, { sessionUpdate: 'tool_call_update', toolCallId, status: 'in_progress' });
  const { content, failed = false } = await perform();
  talk.signal.throwIfAborted();
  await tell(talk, { sessionUpdate: 'tool_call_update', toolCallId, status: failed ? 'failed' : 'completed', content });
}

async function shell({ cwd, signal }: Talk, command: string): Promise<{ content: unknown[]; failed: boolean }> {
  signal.throwIfAborted();
  // In a session of its own, as the shells of real agents are.
  const child = spawn('/bin/sh', ['-c', command], { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = () => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  signal.addEventListener('abort', stop, { once: true });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  signal.removeEventListener('abort', stop);
  return { content: [{ type: 'content', content: { type: 'text', text } }], failed: code !== 0 };
}

async function act(talk: Talk, deed: Deed): Promise<void> {
  if ('crash' in deed) {
    process.stderr.write('the agent crashes as it was asked to\n');
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => {});
  }
  if ('write' in deed) {
    const path = join(talk.cwd, deed.write);
    await use(talk, { title: `Write ${deed.write}`, kind: 'edit', rawInput: { path, text: deed.text } }, async () => {
      const oldText = await readFile(path, 'utf8').catch(() => null);
      await writeFile(path, deed.text);
      return { content: [{ type: 'diff', path, oldText, newText: deed.text }] };
    });
  }
  if ('run' in deed)
    await use(talk, { title: deed.run, kind: 'execute', rawInput: { command: deed.run } }, () => shell(talk, deed.run));
  if ('finish' in deed)
    await say(talk, `${deed.finish}${deed.outputs ? `\n\`\`\`outputs\n${JSON.stringify(deed.outputs)}\n\`\`\`` : ''}`);
}

/** Does what is left of what it was asked, one thing after the other, and remembers each. */
async function work(talk: Talk): Promise<void> {
  for (let memory = memories.get(talk.sessionId)!; memory.done < memory.deeds.length;) {
    const deed = memory.deeds[memory.done]!;
    if (!('finish' in deed)) await say(talk, 'Going on.');
    await act(talk, deed);
    talk.signal.throwIfAborted();
    memory = { ...memory, done: memory.done + 1 };
    await remember(talk.sessionId, memory);
    const entries = memory.deeds.map((one, at) => ({
      content: Object.keys(one)[0] ?? '',
      priority: 'medium',
      status: at < memory.done ? 'completed' : 'pending',
    }));
    await tell(talk, { sessionUpdate: 'plan', entries });
  }
  if (!memories.get(talk.sessionId)!.deeds.some((deed) => 'finish' in deed)) await say(talk, 'done');
}

const USAGE = { totalTokens: 120, inputTokens: 70, outputTokens: 20, cachedReadTokens: 30 };

const app = agent({ name: 'acp-agent' })
  .onRequest(methods.agent.initialize, () => {
    if (MANNER === 'deaf') return new Promise<never>(() => {});
    return {
      protocolVersion: PROTOCOL_VERSION,
      agentInfo: { name: 'acp-agent', version: '1.0.0' },
      agentCapabilities: { loadSession: MANNER !== 'forgetful', mcpCapabilities: { http: true } },
      authMethods: [],
    };
  })
  .onRequest(methods.agent.session.new, async ({ params }) => {
    if (MANNER === 'logged-out') throw RequestError.authRequired();
    const sessionId = randomUUID();
    places.set(sessionId, params.cwd);
    await remember(sessionId, { deeds: [], done: 0, asked: [] });
    return { sessionId };
  })
  .onRequest(methods.agent.session.load, async ({ params, client }) => {
    const { sessionId, cwd } = params;
    const memory = JSON.parse(await readFile(fileOf(sessionId), 'utf8')) as Memory;
    memories.set(sessionId, memory);
    places.set(sessionId, cwd);
    const talk = { client, sessionId, cwd, signal: new AbortController().signal };
    await say(talk, 'what was said long ago');
    return {};
  })
  .onRequest(methods.agent.session.prompt, async ({ params, client }) => {
    const { sessionId } = params;
    const text = params.prompt.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
    const memory = memories.get(sessionId)!;
    const deeds = deedsIn(text);
    const asked = [...memory.asked, text];
    await remember(sessionId, deeds ? { deeds, done: 0, asked } : { ...memory, asked });
    const stop = new AbortController();
    underWay.set(sessionId, stop);
    if (MANNER === 'silent-end') return { stopReason: 'end_turn' };
    if (MANNER === 'thoughtful') {
      const talk = { client, sessionId, cwd: places.get(sessionId)!, signal: stop.signal };
      await tell(talk, { sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: 'hm' } });
      return { stopReason: 'end_turn' };
    }
    if (MANNER === 'forgetful') await writeFile(join(places.get(sessionId)!, 'asked.txt'), text);
    try {
      await work({ client, sessionId, cwd: places.get(sessionId)!, signal: stop.signal });
      return { stopReason: 'end_turn', usage: USAGE };
    } catch (thrown) {
      if (stop.signal.aborted) return { stopReason: 'cancelled', usage: USAGE };
      throw thrown;
    }
  })
  .onNotification(methods.agent.session.cancel, ({ params }) => {
    if (MANNER !== 'stubborn') underWay.get(params.sessionId)?.abort();
  });

const connection = app.connect(
  ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>),
);
await connection.closed;
process.exit(0);
