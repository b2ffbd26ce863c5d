import { cp, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FusionError } from '@fusion-kit/domain/errors';
import { git } from '../git.ts';

/** The shipped example: a project and the workflow that repairs it. */
export interface Example {
  directory: string;
  workflowFile: string;
}

/** Looks upward from this installation. @throws {FusionError} `file_unreadable` */
export async function findExample(): Promise<Example> {
  for (let at = dirname(fileURLToPath(import.meta.url)); dirname(at) !== at; at = dirname(at)) {
    const directory = join(at, 'examples/price-list');
    if ((await stat(directory).catch(() => undefined))?.isDirectory()) {
      return { directory, workflowFile: `${directory}.workflow.yaml` };
    }
  }
  throw new FusionError('file_unreadable', 'this installation has no examples/price-list', {
    remedy: 'Install fusion-kit again, or run a workflow of your own with `fusion-kit run FILE`.',
  });
}

/** Copies the example to a directory of its own and makes that a repository with one commit. Answers where. */
export async function copyExample(example: Example, dataDir: string, now: Date): Promise<string> {
  const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const target = join(dataDir, 'demo', `price-list-${stamp}-${process.pid}`);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  await cp(example.directory, target, { recursive: true });
  await git(target, 'init', '--quiet', '--initial-branch=main');
  await git(target, 'add', '--all');
  // An identity for this commit alone: a new machine may have none, and the user's settings are not ours to write or sign with.
  const identity = ['-c', 'user.name=fusion-kit demo', '-c', 'user.email=demo@localhost', '-c', 'commit.gpgSign=false'];
  await git(target, ...identity, 'commit', '--quiet', '--no-verify', '-m', 'A price list whose tests fail');
  return target;
}
