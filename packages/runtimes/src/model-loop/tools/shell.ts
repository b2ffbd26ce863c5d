import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { boundedText } from '../tool-host/bounded-text.ts';
import { hostTool } from '../tool-host/host-tool.ts';
import { groupLives, killGroup } from '../tool-host/kill-group.ts';

const DEFAULT_TIMEOUT_MS = 120_000;
const TIMEOUT_MAX_MS = 600_000;
/** How long output may still come after the command has ended: something it left running may hold the pipe. */
const DRAIN_MS = 200;

export const shell = hostTool({
  name: 'shell',
  description:
    'Runs a shell command in the workspace and gives its exit code and output. Every call starts in the workspace with a fresh shell; what it leaves running in the background ends with your work.',
  repeatable: false,
  touches: 'workspace',
  input: (z) =>
    z.object({
      command: z.string().min(1),
      timeoutMs: z
        .int()
        .min(1)
        .max(TIMEOUT_MAX_MS)
        .optional()
        .describe(`milliseconds after which it is killed, ${DEFAULT_TIMEOUT_MS} when absent`),
    }),
  async run({ command, timeoutMs = DEFAULT_TIMEOUT_MS }, { workspace, processGroups }) {
    // A group of its own, so that a timeout ends the command with all it started.
    const child = spawn(existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh', ['-c', command], {
      cwd: workspace,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code === null ? `killed by ${signal}` : `exit code ${code}`));
    });
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const group = child.pid;
    if (group !== undefined) processGroups.add(group);

    const output = boundedText();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => output.add(text));
    }
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      if (group !== undefined) killGroup(group);
    }, timeoutMs);
    const end = await ended.finally(() => clearTimeout(timer));
    await Promise.race([closed, wait(DRAIN_MS)]);
    // Its number may be given to somebody else's group once this one is gone.
    if (group !== undefined && !groupLives(group)) processGroups.delete(group);

    const report = `${timedOut ? `killed after ${timeoutMs} ms` : end}\n${output.toString()}`;
    if (timedOut || end !== 'exit code 0') throw new Error(report);
    return report;
  },
});
