import { join } from 'node:path';
import type { Agent } from '@fusion-kit/domain/agent';
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
  /** @param provider of answers from a script when absent */
  spawnAgent(name: string, provider?: string): Promise<Agent>;
  /** Adds a provider that speaks OpenRouter's protocol and whose key the server has as LOCAL_KEY. */
  addProvider(id: string, baseUrl: string): Promise<void>;
  close(): Promise<void>;
}

/** @param env of the server, beside what it needs */
export async function openStage(name: string, env: Record<string, string> = {}): Promise<Stage> {
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
    const running = await startServer({ home, env });
    server = running;
    const project = await running.call<{ id: string }>('POST', '/projects', { path });
    return {
      server: running,
      home,
      repository: path,
      projectId: project.id,
      spawnAgent: (agent, provider = 'scripted') =>
        running.call<Agent>('POST', '/agents', { project: project.id, name: agent, provider }),
      async addProvider(id, baseUrl) {
        const known = { id, protocol: 'openrouter', baseUrl, keyVariable: 'LOCAL_KEY', defaultModel: 'coder' };
        await running.call('POST', '/providers', known);
      },
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
