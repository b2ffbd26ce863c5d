import { runProgram } from './program.ts';
import { terminalOn } from './terminal.ts';

const LINGER_MS = 1_000;

/** The process around one command line: its streams, its environment, its signals, its exit code. */
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
  process.exitCode = await runProgram(process.argv.slice(2), {
    terminal: terminalOn(process.stdout, process.stderr, process.env),
    env: process.env,
    cwd: workingDirectory(),
    signal: stopping.signal,
  });
  // The command is over. What still holds the process open (a thread on a broken disk, say) has had its time.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

/** Where the command was called; as the shell names it when it was deleted since, so that what needs it can say so. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return process.env['PWD'] ?? '/';
  }
}
