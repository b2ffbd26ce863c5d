import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import type { JoinWork } from '@fusion-kit/domain/nodes/join';
import { mergeTicks, tickBoxes } from '@fusion-kit/domain/task-boxes';
import type { Hands } from './hands.ts';

const FILE_BYTES_MAX = 700_000;
/** Where no cage does it, the script itself keeps to the tree. */
const INSIDE = `[ -f "$FILE" ] || { echo "there is no such file" >&2; exit 1; }
case "$(realpath -- "$FILE")" in "$(pwd -P)"/*) ;; *) echo "it lies outside of the project" >&2; exit 1;; esac`;
/** As text that survives the way whatever bytes the file holds; a script's output is bounded. */
const READ = `${INSIDE}
[ "$(wc -c <"$FILE")" -le ${FILE_BYTES_MAX} ] || { echo "it has more than ${FILE_BYTES_MAX} bytes" >&2; exit 1; }
base64 <"$FILE"`;
const IS_THERE = '[ -e "$FILE" ] || [ -L "$FILE" ]';
const READ_AT = 'git cat-file blob "$COMMIT:$FILE" 2>/dev/null | base64';
const WRITE = `${INSIDE}
base64 -d >"$FILE"`;
/** Where an agent has put a link on the way, nothing is made beyond it. */
const MAKE = `directory=$(dirname -- "$FILE"); there=$directory
while [ ! -e "$there" ]; do there=$(dirname -- "$there"); done
case "$(realpath -- "$there")/" in "$(pwd -P)"/*) ;; *) echo "it lies outside of the project" >&2; exit 1;; esac
mkdir -p -- "$directory" && base64 -d >"$FILE"`;

/**
 * Ticks the boxes of tasks in the workspace's own file. When a person has edited that file in the project since the run began, the person's text is
 * taken, and ticked in it is what is ticked in the run's; so it is when the list was never committed. Texts are one character per byte, so nothing else changes.
 * @throws {FusionError} `file_unreadable`
 */
export async function tickFile({ file, ids }: NonNullable<JoinWork['ticks']>, hands: Hands): Promise<void> {
  const theirs = await editedByPerson(file, hands);
  if (theirs !== undefined && !(await isThere(file, hands))) {
    const { text } = tickBoxes(theirs, ids);
    await inWorkspace(hands, MAKE, { FILE: file }, Buffer.from(text, 'latin1').toString('base64'));
    return;
  }
  const ours = await inWorkspace(hands, READ, { FILE: file });
  const { text } = theirs === undefined ? tickBoxes(ours, ids) : mergeTicks({ ours, theirs, ids });
  if (text !== ours) await inWorkspace(hands, WRITE, { FILE: file }, Buffer.from(text, 'latin1').toString('base64'));
}

async function isThere(file: string, { workspace, signal }: Hands): Promise<boolean> {
  return (await workspace.run(IS_THERE, { env: { FILE: file } }, signal)).exitCode === 0;
}

/** The person's own text, if it is another one than the run began with. Only ever read. */
async function editedByPerson(file: string, hands: Hands): Promise<string | undefined> {
  const { project, runBase } = hands.start;
  if (project.kind !== 'git' || !runBase) return undefined;
  const present = await readInside(project.path, file);
  if (present === undefined) return undefined;
  const began = await inWorkspace(hands, READ_AT, { FILE: file, COMMIT: runBase });
  // A checkout may have other line ends than the repository.
  const theirs = began.includes('\r\n') ? present : present.replaceAll('\r\n', '\n');
  return theirs === began ? undefined : theirs;
}

/** A file below a directory, unless it is missing, too large, or a link leads out of it. */
async function readInside(directory: string, file: string): Promise<string | undefined> {
  try {
    const [root, path] = await Promise.all([realpath(directory), realpath(join(directory, file))]);
    const { size } = await stat(path);
    return path.startsWith(root + sep) && size <= FILE_BYTES_MAX ? await readFile(path, 'latin1') : undefined;
  } catch {
    return undefined; // the person has put it elsewhere
  }
}

/** The file is an agent's to replace, by a link for example, so the host leaves it alone. */
async function inWorkspace(
  { workspace, signal }: Hands,
  script: string,
  env: Record<string, string>,
  input?: string,
): Promise<string> {
  const ended = await workspace.run(script, { env, ...(input !== undefined && { input }) }, signal);
  if (ended.exitCode === 0) return Buffer.from(ended.stdout, 'base64').toString('latin1');
  throw new FusionError('file_unreadable', `${env['FILE']}: ${ended.stderr.trim().slice(-500)}`);
}
