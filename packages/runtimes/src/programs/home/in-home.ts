import { constants, lstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { closeSync, fstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HomeAnswer, HomeWork } from './wire.ts';

// Runs inside the agent's cage, reads one `HomeWork` from its standard input and answers with one `HomeAnswer`. The HOME is the agent's to write: it may have put
// symbolic links where files are expected. In here they lead nowhere that the agent could not go itself. It loads nothing but Node.

const home = process.env['HOME'] ?? '';
const work = JSON.parse(readFileSync(0, 'utf8')) as HomeWork;

/** Makes the directories above a file, in place of whatever else is there by their names. */
function makeWay(path: string): void {
  let at = home;
  for (const part of dirname(path)
    .split('/')
    .filter((one) => one !== '.')) {
    at = join(at, part);
    if (lstatSync(at, { throwIfNoEntry: false })?.isDirectory()) continue;
    rmSync(at, { force: true });
    mkdirSync(at, { mode: 0o700 });
  }
}

function write(path: string, content: string): void {
  makeWay(path);
  const target = join(home, path);
  if (lstatSync(target, { throwIfNoEntry: false })?.isDirectory()) rmSync(target, { recursive: true });
  const draft = `${target}.fusion-kit`;
  rmSync(draft, { force: true, recursive: true });
  writeFileSync(draft, Buffer.from(content, 'base64'), { flag: 'wx', mode: 0o600 });
  renameSync(draft, target);
}

function read(path: string, maxBytes: number): string | undefined {
  let file: number | undefined;
  try {
    // Not to wait for the other side of a pipe.
    file = openSync(join(home, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { size } = fstatSync(file);
    return size > maxBytes || !fstatSync(file).isFile() ? undefined : readFileSync(file).toString('base64');
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const answer: HomeAnswer = { read: {} };
for (const { path, maxBytes } of work.read) {
  const content = read(path, maxBytes);
  if (content !== undefined) answer.read[path] = content;
}
for (const path of work.remove) rmSync(join(home, path), { force: true, recursive: true });
for (const { path, content } of work.write) write(path, content);
process.stdout.write(JSON.stringify(answer));
