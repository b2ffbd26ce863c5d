import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';

const TOLD_WITHIN_MS = 8_000;

/** What a program answers to `--version`; undefined when that is no version. It is started with nothing of the user's but PATH. */
export const toldVersion = (
  command: string,
  args: readonly string[],
  searchPath: string,
): Promise<string | undefined> =>
  new Promise((resolve) => {
    const env = { PATH: searchPath, HOME: tmpdir(), DISABLE_AUTOUPDATER: '1', NO_COLOR: '1' };
    const options = { env, timeout: TOLD_WITHIN_MS, killSignal: 'SIGKILL', maxBuffer: 100_000 } as const;
    execFile(command, [...args, '--version'], options, (failed, out) =>
      resolve(failed ? undefined : /\d+\.\d+(\.\d+)?[\w.+-]*/.exec(out)?.[0]),
    );
  });
