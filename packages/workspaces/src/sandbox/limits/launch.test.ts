import { spawnSync } from 'node:child_process';
import type { CommandLine } from '@fusion-kit/domain/ports/sandbox';
import { runLine } from '@fusion-kit/testing/workspaces-scratch';
import { expect, onTestFinished, test } from 'vitest';
import { launch } from './launch.ts';

const FILE = { doors: [], fileBytes: 1e6 };
const shell = (script: string, ...args: string[]): CommandLine => ({
  command: '/bin/sh',
  args: ['-c', script, ...args],
  cwd: '/usr',
  env: { PATH: '/usr/bin:/bin', GIVEN: 'yes' },
});

test('what is launched is the command itself, with its arguments, directory, environment and process', () => {
  const line = launch(shell('pwd; echo "$1$GIVEN"; tr "\\0" " " </proc/$$/cmdline', 'sh', "it's; $HOME -- "), FILE);
  expect(runLine(line).output).toBe(
    `/usr\nit's; $HOME -- yes\n/bin/sh -c pwd; echo "$1$GIVEN"; tr "\\0" " " </proc/$$/cmdline sh it's; $HOME --  `,
  );
});

test('what cannot be limited is not started', () => {
  const { exitCode, output } = runLine(
    launch(shell('echo started'), { ...FILE, doors: ['/nonexistent/cgroup.procs'] }),
  );
  expect(exitCode).toBe(125);
  expect(output).toContain('the command was not started');
  expect(output).not.toContain('started\n started');
});

test('it leaves no dump of its memory', () => {
  expect(runLine(launch(shell('ulimit -c'), FILE)).output).toBe('0\n');
});

// As root, who is not bound by it, it is tried as another user.
test.runIf(process.getuid?.() === 0)('one that is not root has the processes that it may have, and no more', () => {
  const as = ['--reuid', '54321', '--clear-groups'];
  onTestFinished(() => void spawnSync('setpriv', [...as, 'kill', '-9', '-1']));
  const line = launch(shell('n=0; while [ $n -lt 200 ]; do sleep 30 >/dev/null 2>&1 & n=$((n+1)); done; echo all'), {
    ...FILE,
    userProcesses: 50,
  });
  const { output } = runLine({ ...line, command: 'setpriv', args: [...as, line.command, ...line.args] });
  expect(output).toMatch(/fork/i);
  expect(output).not.toContain('all');
});
