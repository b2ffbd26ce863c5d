import { randomUUID } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Sandbox } from '@fusion-kit/domain/ports/sandbox';
import type { Reach, Verification, VerificationResult } from '@fusion-kit/domain/ports/workspaces';
import { type CagePlan, cageCommand, unconfined } from './cage.ts';
import { type Ended, runCommand } from './command.ts';
import { hold } from './hold.ts';
import { removeAll } from './remove-all.ts';
import type { Leashes } from './sandbox/limits/leashes.ts';

const checkoutsOf = (root: string): string => join(root, 'checkouts');

/** Removes the checkouts that a killed server left. Called before anything is verified, while nobody else has the data directory. */
export async function removeLeftCheckouts(root: string): Promise<void> {
  const left = await readdir(checkoutsOf(root)).catch(() => []); // none was ever made
  for (const name of left) await removeAll(join(checkoutsOf(root), name));
}

/** Verifies in a fresh place that nobody worked in: `fill` brings the files there. It is gone afterwards. */
export async function verifyInCheckout(
  {
    root,
    sandbox,
    leashes,
    readable,
    network,
    fill,
  }: {
    root: string;
    sandbox: Sandbox;
    leashes: Leashes | undefined;
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
  const outgrown = new AbortController();
  const exceeded = (failure: FusionError): void => outgrown.abort(failure);
  const leash = leashes && (await hold(plan, { leashes, directory: place, limits: check.limits, exceeded }));
  const told = async () => ((await leash?.told()) ?? []).map((limit) => `\n[${limit}]`).join('');
  try {
    for (const path of [plan.cwd, plan.home, plan.temporary]) await mkdir(path, { recursive: true, mode: 0o700 });
    await fill(plan);
    const bounds = {
      timeoutMs: check.timeoutMs,
      signal: AbortSignal.any([signal, outgrown.signal]),
      ...unconfined(plan),
    };
    for (const command of check.setup) {
      const ended = await runCommand(shell(plan, command, check.setupReach), bounds);
      if (ended.exitCode !== 0)
        throw setupFailed(command, ended.exitCode, outputOf(ended, bounds.timeoutMs) + (await told()));
    }
    return { ...(await runChecks(plan, check, bounds, told)), sandbox: sandbox.id };
  } finally {
    await leash?.release();
    await removeAll(place);
  }
}

/** Runs commands one after another and stops at the first that fails. */
async function runChecks(
  plan: CagePlan,
  { commands, reach }: Pick<Verification, 'commands' | 'reach'>,
  bounds: { timeoutMs: number; signal: AbortSignal },
  told: () => Promise<string>,
): Promise<Omit<VerificationResult, 'sandbox'>> {
  const checks: VerificationResult['checks'] = [];
  for (const command of commands) {
    const ended = await runCommand(shell(plan, command, reach), bounds);
    const { exitCode, durationMs } = ended;
    const output = outputOf(ended, bounds.timeoutMs) + (exitCode === 0 ? '' : await told());
    checks.push({ command, exitCode, durationMs, output });
    if (exitCode !== 0) return { passed: false, checks };
  }
  return { passed: true, checks };
}

const shell = (plan: CagePlan, command: string, reach: Reach = {}) =>
  cageCommand(plan, '/bin/sh', ['-c', command], { ...reach, env: { CI: 'true', ...reach.env } });

const outputOf = (ended: Ended, timeoutMs: number): string =>
  ended.timedOut ? `${ended.output}\n[stopped after ${timeoutMs} ms]` : ended.output;

const setupFailed = (command: string, exitCode: number | null, output: string): FusionError =>
  new FusionError('setup_failed', `The setup command \`${command}\` ended with ${exitCode ?? 'a kill'}`, {
    details: { output: output.slice(-4_000) },
  });
