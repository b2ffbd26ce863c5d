import { join } from 'node:path';
import { type Frame, SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '@fusion-kit/domain/api';
import type { Agent } from '@fusion-kit/domain/agent';
import type { EventView } from '@fusion-kit/domain/api';
import { type RealServer, repository, scratch, startServer } from '../tests/real-server.ts';

const PROJECT_FILES = 200;

/** A server process as users start it, with a git project of two hundred files. */
export interface Stage {
  server: RealServer;
  /** Its data directory. */
  home: string;
  /** The user's repository. */
  repository: string;
  projectId: string;
  spawnAgent(name: string): Promise<Agent>;
  close(): Promise<void>;
}

export async function openStage(name: string): Promise<Stage> {
  const place = await scratch(`bench-${name}`);
  const path = join(place.path, 'project');
  let server: RealServer | undefined;
  const close = async () => {
    await server?.stop();
    await place.remove();
  };
  try {
    await repository(path, files(PROJECT_FILES));
    const home = join(place.path, 'home');
    const running = await startServer({ home });
    server = running;
    const project = await running.call<{ id: string }>('POST', '/projects', { path });
    return {
      server: running,
      home,
      repository: path,
      projectId: project.id,
      spawnAgent: (agent) =>
        running.call<Agent>('POST', '/agents', { project: project.id, name: agent, provider: 'scripted' }),
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** About 4 kB each, in twenty folders. */
const files = (count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `folder-${at % 20}/file-${at}.ts`,
      `export const value${at} = ${at};\n`.repeat(120),
    ]),
  );

/** What a bare client of `/ws/events` sees, with nothing between the socket and the clock. */
export interface Watch {
  /** When an event that fits came in, by the clock of `performance.now()`; also one that came before it was asked for. */
  seen(fits: (view: EventView) => boolean): Promise<{ view: EventView; atMs: number }>;
  close(): void;
}

const PATIENCE_MS = 60_000;

/** Follows the log of a server after a number, by default from its beginning. */
export async function watch({ url, token }: RealServer, after = 0): Promise<Watch> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/events?after=${after}`, [
    SUBPROTOCOL,
    TOKEN_SUBPROTOCOL_PREFIX + token,
  ]);
  const came: { view: EventView; atMs: number }[] = [];
  const asked = new Set<() => void>();
  await new Promise((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('the server refused the socket')), { once: true });
    socket.addEventListener('message', ({ data }) => {
      const atMs = performance.now();
      for (const frame of JSON.parse(String(data)) as Frame[])
        if (frame.kind === 'entry') came.push({ view: frame, atMs });
      for (const look of asked) look();
      resolve(undefined);
    });
  });
  return {
    seen: (fits) =>
      new Promise((resolve, reject) => {
        let looked = 0;
        const impatience = setTimeout(() => reject(new Error('an awaited event did not come')), PATIENCE_MS);
        const look = () => {
          while (looked < came.length) {
            const one = came[looked++]!;
            if (!fits(one.view)) continue;
            clearTimeout(impatience);
            asked.delete(look);
            return resolve(one);
          }
        };
        asked.add(look);
        look();
      }),
    close: () => socket.close(),
  };
}
