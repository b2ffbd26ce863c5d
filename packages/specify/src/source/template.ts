/** One file of a package, as it goes into a project. */
export interface PackagedFile {
  /** Relative, with `/`. */
  path: string;
  content: Uint8Array;
}

/** What a project is made from, whole and in memory: nothing is written before all of it has been read. */
export interface Template {
  files: readonly PackagedFile[];
  /** Relative, with `/`, without one at the end; parents before what is in them. */
  directories: readonly string[];
  entryCount: number;
  topLevelCount: number;
  /** Whether everything lay in one folder, which was taken away. */
  flattened: boolean;
}

/** Every directory that the files lie in, parents first. */
export function directoriesOf(paths: readonly string[]): string[] {
  const found = new Set<string>();
  for (const path of paths) {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) found.add(path.slice(0, at));
  }
  return [...found];
}

/** Takes away the one folder that holds everything, if there is such a folder. Pure. */
export function flattened(
  files: readonly PackagedFile[],
  directories: readonly string[],
): Omit<Template, 'entryCount'> {
  const tops = new Set([...files.map(({ path }) => path), ...directories].map((path) => path.split('/', 1)[0]!));
  const [only] = tops;
  const single = tops.size === 1 && only !== undefined && directories.includes(only);
  if (!single) return { files, directories, topLevelCount: tops.size, flattened: false };
  const inner = (path: string) => path.slice(only.length + 1);
  return {
    files: files.map(({ path, content }) => ({ path: inner(path), content })),
    directories: directories.map(inner).filter((path) => path !== ''),
    topLevelCount: 1,
    flattened: true,
  };
}
