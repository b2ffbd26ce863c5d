import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Sandbox } from '@fusion-kit/domain/ports/sandbox';
import { git } from '../git.ts';

export interface TestResult {
  passed: number;
  failed: number;
}

const execute = promisify(execFile);
const TIMEOUT_MS = 120_000;

/** Runs `node --test` in a directory, inside the sandbox when one is given. */
export async function runTests(directory: string, sandbox: Sandbox | undefined): Promise<TestResult> {
  const node = await realpath(process.execPath);
  const command = { command: node, args: ['--test', '--test-reporter=tap'], cwd: directory };
  const env = { PATH: `${dirname(node)}:/usr/local/bin:/usr/bin:/bin`, HOME: directory, LANG: 'C.UTF-8' };
  const line = sandbox
    ? sandbox.wrap({ ...command, writable: [directory], readable: [node], env, network: 'none' })
    : { ...command, env };
  const ended = await execute(line.command, line.args, {
    cwd: line.cwd,
    env: line.env,
    timeout: TIMEOUT_MS,
    maxBuffer: 16_000_000,
  }).catch((error: unknown) => error as { stdout?: string; stderr?: string; message: string });
  const figure = (name: string): number | undefined => {
    const found = new RegExp(`^# ${name} (\\d+)$`, 'm').exec(ended.stdout ?? '')?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const [passed, failed] = [figure('pass'), figure('fail')];
  if (passed !== undefined && failed !== undefined) return { passed, failed };
  throw new FusionError(
    'internal',
    `the tests in ${directory} did not run: ${(ended.stderr || ended.stdout || 'nothing was said').slice(0, 500)}`,
  );
}

/** Runs the tests of a branch in a clone that is removed afterwards: the repository itself stays as it is. */
export async function runTestsOfBranch(
  repository: string,
  branch: string,
  sandbox: Sandbox | undefined,
): Promise<TestResult> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'fusion-kit-demo-')));
  try {
    const clone = join(home, 'price-list');
    await git(repository, 'clone', '--quiet', '--no-local', '--single-branch', '--branch', branch, repository, clone);
    return await runTests(clone, sandbox);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

export const allPass = ({ passed, failed }: TestResult): boolean => passed > 0 && failed === 0;
