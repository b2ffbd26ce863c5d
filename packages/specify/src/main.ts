import { runProgram } from './program.ts';
import { worldOf } from './world.ts';

/** The process around one command line: its streams, its signals, its exit code. */
export async function main(): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // The second time the person means it.
      if (stopping.signal.aborted) process.exit(1);
      stopping.abort(signal);
    });
  }
  // The reader went away (`| head`): nobody is left to tell.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  process.exitCode = await runProgram(process.argv.slice(2), worldOf(process, stopping.signal));
}
