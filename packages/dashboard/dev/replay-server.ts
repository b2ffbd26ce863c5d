import { createReadStream, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { type Frame, type SnapshotView, TaskChange } from '@fusion-kit/domain/api';
import type { Command } from '@fusion-kit/domain/command';
import { decide } from '@fusion-kit/domain/decide';
import { type Entry, SCHEMA_VERSION } from '@fusion-kit/domain/entry';
import { type ErrorCode, failure, ERRORS } from '@fusion-kit/domain/errors';
import { TaskId } from '@fusion-kit/domain/ids';
import type { WorkflowDefinition } from '@fusion-kit/domain/workflow';
import { type WebSocket, WebSocketServer } from 'ws';
import type * as z from 'zod';
import { REPLAY_VERSION, snapshotOf, worldOf } from './snapshot-of.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export interface ReplayOptions {
  /** Folder of the built page. */
  dist: string;
  entries: readonly Entry[];
  /** How many entries have happened at the start. */
  start: number;
  token: string;
  port?: number;
  sandbox?: SnapshotView['sandbox'];
  /** The definition of every workflow in the recording. With it changes are decided as the server would; a run that is asked for is the rest of the recording. */
  definition?: WorkflowDefinition;
}

/** A server that plays a recorded log to the page; it is loopback only and keeps nothing. */
export interface Replay {
  url: string;
  /** Number of the last entry that has happened. */
  head(): number;
  /** Lets the next entries happen. */
  advance(count: number): void;
  /** Says what is kept nowhere, e.g. a delta. */
  say(frames: readonly Frame[]): void;
  /** What was asked for besides reading, in order. */
  readonly asked: readonly { method: string; path: string; body: unknown }[];
  close(): Promise<void>;
}

export async function replayServer(options: ReplayOptions): Promise<Replay> {
  const { token } = options;
  const entries = [...options.entries];
  const asked: { method: string; path: string; body: unknown }[] = [];
  let head = options.start;
  const sockets = new Map<WebSocket, number>();

  const server = createServer((request, response) => {
    const address = new URL(request.url ?? '/', 'http://replay');
    if (!address.pathname.startsWith('/api/v1/')) return page(options.dist, address.pathname, response);
    const known = request.headers.authorization === `Bearer ${token}`;
    if (!known && address.pathname === '/api/v1/health')
      return json(response, 200, { status: 'ok', version: REPLAY_VERSION });
    if (!known) return refuse(response, 'unauthorized', 'the token is missing or wrong');
    if (request.method !== 'GET') {
      const path = address.pathname.slice('/api/v1'.length);
      return void bodyOf(request).then((body) => {
        asked.push({ method: request.method ?? '', path, body });
        return change(path, body, response);
      });
    }
    const answer = answerTo(address, entries.slice(0, head), options);
    if (answer === undefined) return refuse(response, 'route_unknown', `there is no ${address.pathname}`);
    return json(response, 200, answer);
  });
  const change = (path: string, body: unknown, response: ServerResponse): void => {
    if (!options.definition) return refuse(response, 'move_refused', 'this is a recording; nothing can be changed');
    if (/\/(fork|start)$/.test(path)) {
      advance(entries.length);
      return json(response, 201, { run: snapshotOf(entries).rows.runs.at(-1) });
    }
    const taskId = TaskId.parse(path.replace('/tasks/', ''));
    const decision = decide(
      worldOf(entries.slice(0, head)),
      { ...commandOf(taskId, TaskChange.parse(body)) },
      Date.now(),
    );
    if (decision.refused) return json(response, decision.refused.status, { error: decision.refused });
    // what is decided now takes the place of what was recorded
    entries.splice(
      head,
      entries.length,
      ...decision.events.map((event, at) => ({ seq: head + at + 1, at: Date.now(), event })),
    );
    advance(decision.events.length);
    return json(response, 200, worldOf(entries.slice(0, head)).get('tasks', taskId));
  };
  const webSockets = new WebSocketServer({
    server,
    path: '/ws/events',
    handleProtocols: (offered) => (offered.has(`bearer.${token}`) ? 'fusion-kit' : false),
    verifyClient: ({ req }: { req: IncomingMessage }) =>
      String(req.headers['sec-websocket-protocol']).includes(`bearer.${token}`),
  });
  const catchUp = (socket: WebSocket) => {
    const fresh = entries.slice(sockets.get(socket), head);
    sockets.set(socket, head);
    if (fresh.length > 0) socket.send(JSON.stringify(fresh.map((entry) => ({ kind: 'entry', ...entry }))));
  };
  webSockets.on('connection', (socket, request) => {
    sockets.set(socket, Number(new URL(request.url ?? '/', 'http://replay').searchParams.get('after')));
    socket.send(
      JSON.stringify([{ kind: 'hello', schemaVersion: SCHEMA_VERSION, serverVersion: REPLAY_VERSION, head }]),
    );
    catchUp(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  const advance = (count: number) => {
    head = Math.min(head + count, entries.length);
    for (const socket of sockets.keys()) catchUp(socket);
  };

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    head: () => head,
    advance,
    asked,
    say(frames) {
      for (const socket of sockets.keys()) socket.send(JSON.stringify(frames));
    },
    close() {
      for (const socket of sockets.keys()) socket.terminate();
      webSockets.close();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** What a person may ask of a task, as the server puts it to the rules. */
function commandOf(taskId: TaskId, change: z.output<typeof TaskChange>): Command {
  if (change.action === 'reply') {
    const { question: questionId, option, text, by } = change;
    return { type: 'question.answer', taskId, questionId, option, text, by };
  }
  const { action, ...rest } = change;
  return { type: `task.${action}`, taskId, ...rest } as Command;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const part of request) text += String(part);
  return text === '' ? undefined : JSON.parse(text);
}

/** Why a task waits, in words that the page cannot fold itself. */
export const SERVER_REASON = 'the machine is short of memory for one more agent';

function answerTo(
  address: URL,
  past: readonly Entry[],
  { sandbox = 'bubblewrap', definition }: ReplayOptions,
): unknown {
  const { pathname, searchParams } = address;
  const [, table, id = ''] = /^\/api\/v1\/(tasks|workflows)\/(\w+)$/.exec(pathname) ?? [];
  if (table === 'tasks') {
    const task = worldOf(past).get('tasks', id);
    return task && { ...task, ...(task.state === 'queued' && { waitingFor: SERVER_REASON }) };
  }
  if (table === 'workflows') return { ...worldOf(past).get('workflows', id), definition };
  switch (pathname) {
    case '/api/v1/snapshot':
      return snapshotOf(past, sandbox);
    case '/api/v1/events':
      return { items: eventsFor(past, searchParams), next: null };
    case '/api/v1/providers':
      return {
        items: [
          {
            id: 'openrouter',
            protocol: 'openrouter',
            baseUrl: 'https://openrouter.ai/api/v1',
            defaultModel: 'anthropic/claude-sonnet-5',
            status: {
              ok: true,
              credential: 'environment OPENROUTER_API_KEY',
              remainingUsd: 41.2,
              checkedAt: Date.now(),
            },
          },
        ],
        next: null,
      };
    case '/api/v1/health':
      return {
        status: 'ok',
        version: REPLAY_VERSION,
        schemaVersion: SCHEMA_VERSION,
        pid: process.pid,
        dataDir: '/tmp',
        sandbox,
        leash: [],
        uptimeMs: 1,
        lastSeq: past.length,
        synchronous: 'full',
        counts: { agents: 0, runningTasks: 0, queuedTasks: 0, runs: 0 },
      };
    default:
      return undefined;
  }
}

function eventsFor(past: readonly Entry[], search: URLSearchParams): Entry[] {
  const types = search.get('type')?.split(',');
  const newest = search.get('order') !== 'oldest';
  const after = Number(search.get('after') ?? (newest ? Infinity : 0));
  const named = (field: 'agentId' | 'taskId', { event }: Entry) => (field in event ? event[field as never] : undefined);
  return (newest ? past.toReversed() : past)
    .filter(({ seq }) => (newest ? seq < after : seq > after))
    .filter(({ event }) => !types || types.includes(event.type))
    .filter((entry) => !search.has('agent') || named('agentId', entry) === search.get('agent'))
    .filter((entry) => !search.has('task') || named('taskId', entry) === search.get('task'))
    .slice(0, Number(search.get('limit') ?? 100));
}

/** A file of the build; any other path is a page of the single-page application. */
function page(dist: string, path: string, response: ServerResponse): void {
  const wanted = join(dist, normalize(path));
  const file = extname(wanted) !== '' && existsSync(wanted) ? wanted : join(dist, 'index.html');
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
  createReadStream(file).pipe(response);
}

const refuse = (response: ServerResponse, code: ErrorCode, message: string): void =>
  json(response, ERRORS[code].status, { error: failure(code, message) });

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
