import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { connect, createServer, type Socket } from 'node:net';

// Runs inside a cage without network: `forwarder SOCKET PORT COMMAND [ARGUMENT…]`. Carries connections to 127.0.0.1:PORT to the unix socket, and runs the
// command beside that. It ends when the command does, and as the command does; when it is killed, the cage ends with it.
// It loads nothing but Node: inside there is no node_modules.

const [socket = '', port = '', command = '', ...args] = process.argv.slice(2);
/** Of the file descriptors that a process may usually have, each connection takes two. */
const CONNECTIONS_MAX = 400;

function fail(what: string, error: Error): never {
  process.stderr.write(`${what}: ${error.message}\n`);
  process.exit(127);
}

/** What one side says the other hears, and when it stops talking the other hears that too; each goes on as long as it has something to say. */
function join(inside: Socket, outside: Socket): void {
  for (const [from, to] of [
    [inside, outside],
    [outside, inside],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.destroy());
  }
}

const server = createServer({ allowHalfOpen: true, noDelay: true }, (inside) =>
  join(inside, connect({ path: socket, allowHalfOpen: true })),
);
server.maxConnections = CONNECTIONS_MAX;
server.on('error', (error) => fail(`nothing can listen on port ${port} of the cage`, error));
server.listen(Number(port), '127.0.0.1', () => {
  const child = spawn(command, args, { stdio: 'inherit' });
  child.on('error', (error) => fail(`${command} cannot be started`, error));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
});
