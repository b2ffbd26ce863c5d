import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { connect, createServer, type Socket } from 'node:net';

// Runs inside a cage without network: `forwarder SOCKET PORT[,PORT…] COMMAND [ARGUMENT…]`. Carries connections to 127.0.0.1:PORT to the unix socket, and runs
// the command beside that. Of the first port they are carried as they are; of the others with a request for that port of the far side's loopback before them.
// It ends when the command does, and as the command does; when it is killed, the cage ends with it.
// It loads nothing but Node: inside there is no node_modules.

const [socket = '', ports = '', command = '', ...args] = process.argv.slice(2);
/** Of the file descriptors that a process may usually have, each connection takes two. */
const CONNECTIONS_MAX = 400;
const HEAD_MAX = 8_192;
const HEAD_END = '\r\n\r\n';

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

/** Joins them once the far side has let it through; whoever is inside sees a refusal as the end of the connection. */
function joinThrough(port: string, inside: Socket, outside: Socket): void {
  let joined = false;
  for (const [one, other] of [
    [inside, outside],
    [outside, inside],
  ] as const)
    one.once('error', () => other.destroy()).once('close', () => void (joined || other.destroy()));
  let head = '';
  outside.write(`CONNECT localhost:${port} HTTP/1.1\r\nhost: localhost:${port}${HEAD_END}`);
  const read = (): void => {
    for (let chunk: Buffer | null; (chunk = outside.read() as Buffer | null) !== null;) {
      head += chunk.toString('latin1');
      const end = head.indexOf(HEAD_END);
      if (end === -1 && head.length < HEAD_MAX) continue;
      outside.off('readable', read);
      if (end === -1 || !/^HTTP\/1\.\d 200 /.test(head)) return void inside.destroy();
      outside.unshift(Buffer.from(head.slice(end + HEAD_END.length), 'latin1'));
      joined = true;
      return join(inside, outside);
    }
  };
  outside.on('readable', read);
}

async function carry(port: string, joining: (inside: Socket, outside: Socket) => void): Promise<void> {
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (inside) => {
    joining(inside, connect({ path: socket, allowHalfOpen: true }));
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.on('error', (error) => fail(`nothing can listen on port ${port} of the cage`, error));
  server.listen(Number(port), '127.0.0.1');
  await once(server, 'listening');
}

const [own = '', ...loopback] = ports.split(',');
await carry(own, join);
for (const port of loopback) await carry(port, (inside, outside) => joinThrough(port, inside, outside));

const child = spawn(command, args, { stdio: 'inherit' });
child.on('error', (error) => fail(`${command} cannot be started`, error));
child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
