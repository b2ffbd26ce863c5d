import type { Task } from './task.ts';

/** A folder this deep at least says that tasks belong together; `src` alone says too little. */
const FOLDER_DEPTH_MIN = 2;

/**
 * What a task belongs to, so that an agent which has worked on it knows its way there: the `affinity` it was given (a story, say), else the folder in which all
 * the paths lie that it is about (`files`) or may write (`writes`), when that is at least two levels deep. Tasks of one run with the same answer
 * belong together. Pure.
 */
export function affinityOf({ affinity, work }: Pick<Task, 'affinity' | 'work'>): string | undefined {
  if (affinity !== undefined) return affinity;
  if (work.kind !== 'agent') return undefined;
  const paths = work.files ?? work.writes;
  if (!paths || paths.length === 0) return undefined;
  const folders = paths.map(literalFolder);
  const shared = folders.reduce((common, folder) => {
    const differsAt = common.findIndex((part, at) => part !== folder[at]);
    return differsAt === -1 ? common : common.slice(0, differsAt);
  });
  return shared.length >= FOLDER_DEPTH_MIN ? `${shared.join('/')}/` : undefined;
}

/** The folders of a path or glob before its last part and before the first wildcard. */
function literalFolder(path: string): string[] {
  const folders = path
    .split('/')
    .slice(0, -1)
    .filter((part) => part !== '.' && part !== '');
  const wild = folders.findIndex((part) => /[*?[\]{}!]/.test(part));
  return wild === -1 ? folders : folders.slice(0, wild);
}
