import { readdir, readFile } from 'node:fs/promises';

const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => ''); // it may have ended meanwhile

/** What a process and everything below it holds and has used. */
export interface TreeUse {
  /** Processor time of all threads since each began, in milliseconds. */
  cpuMs: number;
  rssMb: number;
  /** Shared pages are divided among those who share them, where RSS counts them for each. */
  pssMb: number;
  processes: number;
}

/** Reads the use of a process tree from `/proc`; Linux only. */
export const treeUse = async (root: number): Promise<TreeUse> => useOf(await treeOf(root));

/** The same of one process alone. */
export const ownUse = (pid: number): Promise<TreeUse> => useOf([pid]);

async function useOf(pids: readonly number[]): Promise<TreeUse> {
  const use: TreeUse = { cpuMs: 0, rssMb: 0, pssMb: 0, processes: 0 };
  for (const pid of pids) {
    use.processes += 1;
    // Nanoseconds on a processor; the ticks of `stat` are 10 ms, which is much for a process that idles.
    for (const thread of await readdir(`/proc/${pid}/task`).catch(() => []))
      use.cpuMs += Number((await read(`/proc/${pid}/task/${thread}/schedstat`)).split(' ')[0]) / 1e6;
    const rollup = await read(`/proc/${pid}/smaps_rollup`);
    const megabytes = (field: string) =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) / 1024;
    use.rssMb += megabytes('Rss');
    use.pssMb += megabytes('Pss');
  }
  return use;
}

async function treeOf(root: number): Promise<number[]> {
  const tree = [root];
  for (const pid of tree)
    for (const thread of await readdir(`/proc/${pid}/task`).catch(() => []))
      tree.push(...(await read(`/proc/${pid}/task/${thread}/children`)).split(' ').filter(Boolean).map(Number));
  return tree;
}
