import type { OpenAPIHono } from '@hono/zod-openapi';
import { Archived, ArchiveRequest, Health, PublicHealth, SnapshotView, Stopping } from '@fusion-kit/domain/api';
import { SCHEMA_VERSION } from '@fusion-kit/domain/entry';
import { isHeld } from '@fusion-kit/domain/task';
import type { World } from '@fusion-kit/domain/world';
import * as z from 'zod';
import { endpoint } from '../endpoint.ts';
import type { IsTrusted } from '../guard/token.ts';
import type { ServerOptions } from '../options.ts';

function countsOf(world: World): Health['counts'] {
  const tasks = [...world.all('tasks')];
  return {
    agents: [...world.all('agents')].filter((agent) => agent.state !== 'terminated').length,
    runningTasks: tasks.filter(isHeld).length,
    queuedTasks: tasks.filter((task) => task.state === 'queued').length,
    runs: [...world.all('runs')].filter((run) => run.workflowId && (run.state === 'running' || run.state === 'paused'))
      .length,
  };
}

/** What concerns the server itself: how it is, where a page starts, how it ends. */
export function houseRoutes(app: OpenAPIHono, options: ServerOptions, isTrusted: IsTrusted): void {
  const { engine, version, dataDir, sandbox, leash = [], startedAt, clock } = options;
  let status: Health['status'] = 'ok';
  engine.failed.catch(() => {
    status = 'failing';
  });
  let counts: Health['counts'] = { agents: 0, runningTasks: 0, queuedTasks: 0, runs: 0 };

  const health = { method: 'get', path: '/health', summary: 'How the server is; in short without a token.' } as const;
  endpoint(app, { ...health, answer: z.union([Health, PublicHealth]) }, async ({ context }) => {
    if (!isTrusted(context)) return { status, version };
    // A failing engine answers no reads any more; then the last counts are told.
    if (status === 'ok') counts = await engine.read(countsOf);
    return {
      status,
      version,
      schemaVersion: SCHEMA_VERSION,
      pid: process.pid,
      dataDir,
      sandbox,
      leash,
      uptimeMs: clock() - startedAt,
      lastSeq: engine.head,
      synchronous: engine.synchronous,
      counts,
      ...(options.machine && { machine: options.machine() }),
    };
  });

  const snapshot = { method: 'get', path: '/snapshot', summary: 'All that a page shows, as of one event.' } as const;
  endpoint(app, { ...snapshot, answer: SnapshotView }, async () => {
    const { seq, rows } = await engine.snapshot();
    const { projects = [], agents = [], workflows = [], runs = [], tasks = [], messages = [] } = rows;
    const shown = { projects, agents, workflows, runs, tasks, messages };
    return { seq, schemaVersion: SCHEMA_VERSION, serverVersion: version, sandbox, rows: shown };
  });

  const archive = {
    method: 'post',
    path: '/archive',
    summary: 'Archives old events; they are read as before.',
  } as const;
  endpoint(app, { ...archive, body: ArchiveRequest, answer: Archived }, ({ body }) =>
    engine.archive('keepEvents' in body ? { events: body.keepEvents } : { days: body.keepDays }),
  );

  const shutdown = {
    method: 'post',
    path: '/shutdown',
    summary: 'Stops the server; work is parked, not failed.',
  } as const;
  endpoint(app, { ...shutdown, answer: Stopping, status: 202 }, async () => {
    if (options.onShutdown) setImmediate(options.onShutdown); // after the answer was handed to the socket
    return { status: 'stopping' as const };
  });
}
