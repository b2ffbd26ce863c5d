import { findPackageJSON } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parsedJson } from '@fusion-kit/domain/parsed-json';
import type { Turn } from '@fusion-kit/domain/ports/runtime';
import * as z from 'zod';
import { startCaged } from '../../caged-process.ts';
import type { HostAnswer, HostCall, HostReady } from './wire.ts';
import { eachLine } from './each-line.ts';
import { within } from './within.ts';

const START_TIMEOUT_MS = 60_000;
/** Longer than any tool allows itself. */
const ASK_TIMEOUT_MS = 660_000;
/** Longest line the helper may say, in characters: a result is much shorter, even with every character escaped. */
const LINE_MAX = 1_000_000;
/** What the helper gets to end its children before it is killed itself. */
const PATIENCE = { inputEndedMs: 0, toldMs: 1_000 };

const HERE = fileURLToPath(import.meta.url);
const HELPER = join(dirname(HERE), `helper${extname(HERE)}`);
/** The code that the helper loads, the manifest that tells Node it is modules, and Node. */
const READABLE = [dirname(dirname(HERE)), findPackageJSON(import.meta.url), process.execPath].filter(
  (path) => path !== undefined,
);

/** What the helper says is checked: whatever runs in the cage might write into its pipe. */
const Said = z.union([
  z.object({ ready: z.literal(true) }) satisfies z.ZodType<HostReady>,
  z.object({ id: z.int(), output: z.string(), isError: z.boolean() }) satisfies z.ZodType<HostAnswer>,
]);

export interface Helper {
  /** undefined when the helper ended, or gave no answer, instead. */
  ask(tool: string, input: unknown): Promise<HostAnswer | undefined>;
  /** Kills the helper and all it started; resolves with the last it wrote to stderr. May be called again. */
  end(): Promise<string>;
}

/** Starts the helper inside the cage. @throws when it does not come up */
export async function startHelper(turn: Pick<Turn, 'cage' | 'attend'>): Promise<Helper> {
  const caged = startCaged(turn, { command: process.execPath, args: [HELPER], readable: READABLE });

  const asked = new Map<number, (answer: HostAnswer | undefined) => void>();
  let over = false;
  // Told to each call by its own promise: raced against one that lives as long as the helper, every answer would be held as long.
  void caged.closed.then(() => {
    over = true;
    for (const tell of asked.values()) tell(undefined);
  });
  const ready = new Promise<true>((resolve) => {
    eachLine(caged.stdout, LINE_MAX, (text) => {
      const said = Said.safeParse(parsedJson(text)).data;
      if (said && 'id' in said) asked.get(said.id)?.(said);
      else if (said) resolve(true);
    });
  });

  const end = async (): Promise<string> => {
    await caged.stop(PATIENCE);
    return caged.complaints();
  };

  if (!(await within(Promise.race([ready, caged.closed.then(() => false)]), START_TIMEOUT_MS)))
    throw new Error((await end()) || 'it ended before it was ready');

  let count = 0;
  return {
    async ask(tool, input) {
      const id = ++count;
      if (over) return undefined;
      const answer = new Promise<HostAnswer | undefined>((resolve) => asked.set(id, resolve));
      caged.stdin.write(`${JSON.stringify({ id, tool, input } satisfies HostCall)}\n`);
      return within(answer, ASK_TIMEOUT_MS).finally(() => asked.delete(id));
    },
    end,
  };
}
