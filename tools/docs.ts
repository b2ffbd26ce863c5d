import { posix } from 'node:path';

/** Folders at the top of the repository that a path in prose may start with. */
const TOP_FOLDERS = ['packages', 'docs', 'tools', 'tests', 'script', 'examples', 'benchmarks', '.ci'];
/** Text between single backticks, on one line. */
const CODE = /(?<!`)`([^`\n]+)`(?!`)/g;
const FENCE = /^ *```([a-z]*)\n([\s\S]*?)^ *```$/gm;
const LINK = /(?<!!)\[[^\]\n]*\]\(([^)\s]+)(?: "[^"]*")?\)|!\[[^\]\n]*\]\(([^)\s]+)\)|<img [^>]*?src="([^"]+)"/g;
const PATH = /^[\w.@*{},-]+(?:\/[\w.@*{},-]+)+\/?(?::\d+)?$/;

/** Links and pictures of a markdown text that lead to files, as paths from the top of the repository. */
export function linkedPaths(markdownPath: string, text: string): string[] {
  const found: string[] = [];
  for (const match of text.replaceAll(FENCE, '').matchAll(LINK)) {
    const target = (match[1] ?? match[2] ?? match[3] ?? '').split('#')[0]!;
    if (target === '' || /^[a-z]+:/.test(target)) continue;
    found.push(posix.join(posix.dirname(markdownPath), decodeURI(target)));
  }
  return found;
}

/**
 * Paths named between backticks, in markdown or in comments, as they may stand from the top of the repository; one of each group has to exist.
 * `engine/writer` means the room's own source: `packages/engine/src/writer.ts` or a folder of that name.
 */
export function namedPaths(text: string, rooms: readonly string[]): { named: string; candidates: string[] }[] {
  return [...text.replaceAll(FENCE, '').matchAll(CODE)].flatMap((match) => {
    const named = match[1]!;
    if (!PATH.test(named)) return [];
    const path = named.replace(/:\d+$/, '').replace(/\/$/, '');
    const [first = '', ...rest] = path.split('/');
    if (TOP_FOLDERS.includes(first)) return [{ named, candidates: [path] }];
    if (!rooms.includes(first)) return [];
    const inRoom = `packages/${first}/src/${rest.join('/')}`;
    return [{ named, candidates: [inRoom, `${inRoom}.ts`, `${inRoom}.tsx`, `packages/${path}`] }];
  });
}

/** Every command line that a markdown text shows: in fenced blocks, and between backticks where it starts with one of `programs`. */
export function commandLines(text: string, programs: readonly RegExp[]): string[] {
  const blocks = [...text.matchAll(FENCE)].filter(([, language]) => ['', 'sh', 'bash', 'console'].includes(language!));
  const fenced = blocks.flatMap(([, , body]) => body!.split('\n').map((line) => line.replace(/^\s*\$ /, '').trim()));
  const inline = [...text.replaceAll(FENCE, '').matchAll(CODE)].map((match) => match[1]!);
  return [...fenced, ...inline]
    .flatMap((line) => line.split(/\s(?:&&|\|\||\||;)\s|\s#\s/))
    .map((line) => line.trim().replace(/^(?:[A-Z_][A-Z0-9_]*=\S*\s+)*(?:npx\s+)?/, ''))
    .filter((line) => programs.some((program) => program.test(line)));
}

export interface KnownCommand {
  path: string;
  options?: readonly (readonly [flags: string, ...unknown[]])[];
}
const COMMON_FLAGS = ['--json', '--help', '-h', '--version', '-V'];

/** Why `fusion-kit …` is not a command line that the program understands; undefined when it is one. */
export function refusedCommand(line: string, commands: readonly KnownCommand[]): string | undefined {
  const words = (line.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).slice(1);
  const firstFlag = words.findIndex((word) => word.startsWith('-'));
  const called = firstFlag === -1 ? words : words.slice(0, firstFlag);
  const fitting = commands.filter(({ path }) => `${called.join(' ')} `.startsWith(`${path} `));
  const command = fitting.toSorted((left, right) => right.path.length - left.path.length)[0];
  const flags = words.filter((word) => /^--?[a-zA-Z]/.test(word)).map((word) => word.split('=')[0]!);
  const isGroup = commands.some(({ path }) => path.startsWith(`${called.join(' ')} `));
  if (!command && called.length > 0 && called[0] !== 'help' && !isGroup)
    return `there is no command ${called.join(' ')}`;
  const known = [
    ...COMMON_FLAGS,
    ...(command?.options ?? []).flatMap(([text]) => text.match(/--?[a-zA-Z][\w-]*/g) ?? []),
  ];
  const unknown = flags.find((flag) => !known.includes(flag));
  return unknown === undefined ? undefined : `${command?.path ?? 'fusion-kit'} has no option ${unknown}`;
}
