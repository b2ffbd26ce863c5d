import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Sandbox } from '@fusion-kit/domain/ports/sandbox';
import type { Reach, Verification, VerificationResult } from '@fusion-kit/domain/ports/workspaces';
import { type CagePlan, cageCommand, unconfined } from './cage.ts';
import { type Ended, runCommand } from './command.ts';

const checkoutsOf = (root: string): string => join(root, 'checkouts');

/** Removes the checkouts that a killed server left. Called before anything is verified, while nobody else has the data directory. */
export async function removeLeftCheckouts(root: string): Promise<void> {
  const left = await readdir(checkoutsOf(root)).catch(() => []); // none was ever made
  for (const name of left) await removeCheckout(join(checkoutsOf(root), name));
}

/** Verifies in a fresh place that nobody worked in: `fill` brings the files there. It is gone afterwards. */
export async function verifyInCheckout(
  {
    root,
    sandbox,
    readable,
    network,
    fill,
  }: {
    root: string;
    sandbox: Sandbox;
    readable: readonly string[];
    network: 'none' | 'host';
    fill: (plan: CagePlan) => Promise<void>;
  },
  check: Verification,
  signal: AbortSignal,
): Promise<VerificationResult> {
  const place = join(checkoutsOf(root), randomUUID());
  const plan: CagePlan = {
    sandbox,
    cwd: join(place, 'tree'),
    home: join(place, 'home'),
    temporary: join(place, 'tmp'),
    writable: [join(place, 'tree')],
    readable,
    network,
  };
  try {
    for (const path of [plan.cwd, plan.home, plan.temporary]) await mkdir(path, { recursive: true, mode: 0o700 });
    await fill(plan);
    const bounds = { timeoutMs: check.timeoutMs, signal, ...unconfined(plan) };
    for (const command of check.setup) {
      const ended = await runCommand(shell(plan, command, check.setupReach), bounds);
      if (ended.exitCode !== 0) throw setupFailed(command, ended, bounds.timeoutMs);
    }
    return { ...(await runChecks(plan, check, bounds)), sandbox: sandbox.id };
  } finally {
    await removeCheckout(place);
  }
}

/** Runs commands one after another and stops at the first that fails. */
async function runChecks(
  plan: CagePlan,
  { commands, reach }: Pick<Verification, 'commands' | 'reach'>,
  bounds: { timeoutMs: number; signal: AbortSignal },
): Promise<Omit<VerificationResult, 'sandbox'>> {
  const checks: VerificationResult['checks'] = [];
  for (const command of commands) {
    const ended = await runCommand(shell(plan, command, reach), bounds);
    const { exitCode, durationMs } = ended;
    checks.push({ command, exitCode, durationMs, output: outputOf(ended, bounds.timeoutMs) });
    if (exitCode !== 0) return { passed: false, checks };
  }
  return { passed: true, checks };
}

const shell = (plan: CagePlan, command: string, reach: Reach = {}) =>
  cageCommand(plan, '/bin/sh', ['-c', command], { ...reach, env: { CI: 'true', ...reach.env } });

const outputOf = (ended: Ended, timeoutMs: number): string =>
  ended.timedOut ? `${ended.output}\n[stopped after ${timeoutMs} ms]` : ended.output;

const setupFailed = (command: string, ended: Ended, timeoutMs: number): FusionError =>
  new FusionError('setup_failed', `The setup command \`${command}\` ended with ${ended.exitCode ?? 'a kill'}`, {
    details: { output: outputOf(ended, timeoutMs).slice(-4_000) },
  });

/** Removes a checkout also where its commands took the right to write from directories, as some package caches do. */
async function removeCheckout(place: string): Promise<void> {
  try {
    await rm(place, { recursive: true, force: true });
  } catch {
    const line = { command: '/bin/chmod', args: ['-R', 'u+rwX', place], env: {}, cwd: '/' };
    await runCommand(line, { timeoutMs: 60_000 });
    await rm(place, { recursive: true, force: true });
  }
}
