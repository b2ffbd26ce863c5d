import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, scratch } from '../tests/real-server.ts';
import { print } from './measure.ts';

// From the start of a process to its end, each a new one and each init a new directory. `node -e 0` is the part that no command written for Node can
// save. The commands take turns, so that a busy moment of the machine meets all of them.

const ROUNDS = 20;
const HELP_AIM_MS = 100;
const INIT_AIM_MS = 200;
const COMMAND = join(ROOT, 'packages/specify/bin/specify.js');
const INIT = ['--ai', 'claude', '--script', 'sh', '--ignore-agent-tools', '--no-git'];
const run = promisify(execFile);

const place = await scratch('bench-specify');
try {
  await mkdir(place.path, { recursive: true });
  const timed = async (...args: string[]): Promise<number> => {
    const started = performance.now();
    await run(process.execPath, args, { cwd: place.path });
    return performance.now() - started;
  };
  const help: number[] = [];
  const init: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const took = [
      await timed(COMMAND, '--help'),
      await timed(COMMAND, 'init', `project-${round}`, ...INIT),
      await timed('-e', '0'),
    ];
    if (round > 0) for (const [at, samples] of [help, init, bare].entries()) samples.push(took[at]!); // the first fills the page cache
  }
  const unit = 'ms';
  const peer = { name: 'node -e 0', samples: bare };
  print({ claim: 'specify --help', unit, ours: help, peer, aim: HELP_AIM_MS });
  print({ claim: 'specify init --no-git, a project of 19 files', unit, ours: init, peer, aim: INIT_AIM_MS });
} finally {
  await place.remove();
}
