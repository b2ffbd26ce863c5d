import { readdir, readFile } from 'node:fs/promises';

/** How many processes and threads this user has now, as RLIMIT_NPROC counts them; 0 where there is no `/proc`. */
export async function userThreads(): Promise<number> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')));
  const own = new RegExp(`^Uid:\\s+${process.getuid?.()}\\s`, 'm');
  const threads = texts
    .filter((text) => own.test(text))
    .map((text) => Number(/^Threads:\s+(\d+)/m.exec(text)?.[1] ?? 0));
  return threads.reduce((sum, each) => sum + each, 0);
}
