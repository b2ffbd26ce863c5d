import { spawn } from 'node:child_process';
import { findPackageJSON } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Turn } from '@fusion-kit/domain/ports/runtime';
import * as z from 'zod';
import type { HomeAnswer, HomeWork } from './wire.ts';

const HERE = fileURLToPath(import.meta.url);
const SCRIPT = join(dirname(HERE), `in-home${extname(HERE)}`);
const READABLE = [SCRIPT, findPackageJSON(import.meta.url)].filter((path) => path !== undefined);
const WITHIN_MS = 60_000;

const Answer = z.object({ read: z.record(z.string(), z.string()) }) satisfies z.ZodType<HomeAnswer>;

/** What to do in an agent's HOME: contents as bytes. */
export interface HomeChange {
  remove?: readonly string[];
  write?: readonly { path: string; content: Uint8Array }[];
  read?: HomeWork['read'];
}

/**
 * Works in the agent's HOME from inside its cage, where nothing that the agent left there leads out. Reads first, then removes, then writes.
 *
 * @returns what was read, by path; what is absent, no plain file or too large is not among it
 * @throws {FusionError} `workspace_failed`
 */
export async function workInHome(
  turn: Pick<Turn, 'cage' | 'home'>,
  { remove = [], write = [], read = [] }: HomeChange,
): Promise<ReadonlyMap<string, Buffer>> {
  const work: HomeWork = {
    remove,
    read,
    write: write.map(({ path, content }) => ({ path, content: Buffer.from(content).toString('base64') })),
  };
  // HOME is said anew: where the cage is a plain command line, that of this process must not be meant.
  const line = turn.cage(process.execPath, [SCRIPT], { readable: READABLE, env: { HOME: turn.home }, cwd: turn.home });
  const child = spawn(line.command, line.args, { cwd: line.cwd, env: line.env, stdio: 'pipe' });
  child.stdin.on('error', () => undefined); // that it ended says more
  const timer = setTimeout(() => child.kill('SIGKILL'), WITHIN_MS);
  try {
    const ended = new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => resolve());
    });
    child.stdin.end(JSON.stringify(work));
    const [out, complaints] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (child.exitCode !== 0) throw new Error(complaints.trim().slice(-1_000) || `it ended with ${child.exitCode}`);
    const answer = Answer.parse(JSON.parse(out));
    return new Map(Object.entries(answer.read).map(([path, content]) => [path, Buffer.from(content, 'base64')]));
  } catch (cause) {
    throw new FusionError('workspace_failed', `the HOME of the agent cannot be prepared: ${(cause as Error).message}`, {
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}
