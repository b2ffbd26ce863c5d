import { onTestFinished, type TestContext } from 'vitest';
import { missingProgram } from './agent-installs.ts';
import { scratch } from './real-server.ts';

/** Longest that a test of real programs may take, in milliseconds: where they have to be installed first, that is most of it. */
export const REAL_MS = 900_000;

/** A place for what is known of programs; the test is skipped, saying why, where one of them cannot be had. */
export async function placeWith(test: TestContext, ...names: string[]): Promise<string> {
  const place = await scratch('acp-real');
  onTestFinished(() => place.remove());
  for (const name of names) {
    const why = await missingProgram(name, place.path);
    if (why === undefined) continue;
    console.warn(`skipped, because it needs ${name}: ${why}`); // the summary of a run only counts
    test.skip(`this needs ${name}: ${why}`);
  }
  return place.path;
}
