import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { COMMAND, scratch, startServer } from '../tests/real-server.ts';
import { print } from './measure.ts';

// From the start of a process to its end, each a new one; the files are in the page cache after the first. `node -e 0` is the part that no command
// written for Node can save. The commands take turns, so that a busy moment of the machine meets all of them.

const ROUNDS = 20;
const AIM_MS = 150;
const run = promisify(execFile);

const home = await scratch('bench-startup');
const server = await startServer({ home: home.path });
try {
  const env = { ...process.env, FUSION_KIT_HOME: home.path };
  const timed = async (command: string, ...args: string[]): Promise<number> => {
    const started = performance.now();
    await run(command, args, { env });
    return performance.now() - started;
  };
  const help: number[] = [];
  const status: number[] = [];
  const bare: number[] = [];
  const npm: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const took = [
      await timed(process.execPath, COMMAND, '--help'),
      await timed(process.execPath, COMMAND, 'status'),
      await timed(process.execPath, '-e', '0'),
      await timed('npm', '--version'),
    ];
    if (round > 0) for (const [at, samples] of [help, status, bare, npm].entries()) samples.push(took[at]!); // the first fills the page cache
  }
  const unit = 'ms';
  print({ claim: 'fusion-kit --help', unit, ours: help, peer: { name: 'node -e 0', samples: bare }, aim: AIM_MS });
  print({ claim: 'fusion-kit --help', unit, ours: help, peer: { name: 'npm version', samples: npm } });
  print({
    claim: 'fusion-kit status, of a running server',
    unit,
    ours: status,
    peer: { name: 'npm version', samples: npm },
  });
} finally {
  await server.stop();
  await home.remove();
}
