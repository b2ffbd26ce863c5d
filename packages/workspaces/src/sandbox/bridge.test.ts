import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Bridge } from '@fusion-kit/domain/ports/workspaces';
import { processesIn, scratchDirectory } from '@fusion-kit/testing/workspaces-scratch';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { cageCommand } from '../cage.ts';
import { detectSandbox } from './detect.ts';

const { sandbox } = await detectSandbox();
beforeAll(() => {
  if (!sandbox) throw new Error('these tests need bubblewrap');
});

const PORT = 24_080;

async function listening(serve: (socket: Socket) => void, at: string | number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, serve);
  const open = new Set<Socket>();
  server.on('connection', (socket) => void open.add(socket.on('error', () => {})));
  server.listen(typeof at === 'string' ? { path: at } : { port: at, host: '127.0.0.1' });
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return server;
}

/** A cage with a bridge to a server of this test, and a way to run a program of Node in it. */
async function bridged(serve: (socket: Socket) => void) {
  const directory = await scratchDirectory();
  const bridge: Bridge = { socket: join(directory, 'own.sock'), port: PORT };
  const server = await listening(serve, bridge.socket);
  const plan = {
    sandbox: sandbox!,
    cwd: directory,
    home: await scratchDirectory(),
    temporary: await scratchDirectory(),
    writable: [],
    readable: [],
    network: 'none',
  } as const;
  const start = (command: string, args: readonly string[]) => {
    // In / : what lies in the working directory of these tests is what the agent must not see.
    const line = cageCommand({ ...plan, cwd: plan.home }, command, args, { bridge });
    const child = spawn(line.command, line.args, { cwd: line.cwd, env: line.env, stdio: 'pipe' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    return { child, exited };
  };
  const run = async (command: string, args: readonly string[]) => {
    const { child, exited } = start(command, args);
    child.stdin.end();
    const [said, complained, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
    return { said, complained, exitCode };
  };
  return { directory, home: plan.home, server, start, run, node: (program: string) => run('node', ['-e', program]) };
}

const CLIENT = `const net = require('node:net'), fs = require('node:fs');
const open = () => net.connect({ port: ${PORT}, host: '127.0.0.1', allowHalfOpen: true });
const descriptors = () => fs.readdirSync('/proc/' + process.ppid + '/fd').length;`;

describe('what a bridge carries', () => {
  test('both ways and whole, until each side has said all it has to', async () => {
    const { node } = await bridged((socket) => {
      let size = 0;
      socket.on('data', (chunk) => (size += chunk.length));
      // Answers only when it has heard the end of what the other side says.
      socket.on('end', () => socket.end(`heard ${size}`));
    });
    const { said, complained } = await node(`${CLIENT}
      const socket = open();
      socket.pipe(process.stdout);
      for (let n = 0; n < 64; n++) socket.write(Buffer.alloc(128 * 1024));
      socket.end();`);
    expect([said, complained]).toEqual([`heard ${64 * 128 * 1024}`, '']);
  });

  test('many connections at once and one after the other, and holds on to none of them', async () => {
    const { node, server } = await bridged((socket) => socket.pipe(socket));
    const { said } = await node(`${CLIENT}
      const echo = (word) => new Promise((resolve, reject) => {
        const socket = open().on('error', reject); let heard = '';
        socket.on('data', (chunk) => heard += chunk).on('close', () => resolve(heard === word)).end(word);
      });
      const round = () => Promise.all(Array.from({ length: 150 }, (_, n) => echo('word ' + n)));
      (async () => {
        const before = descriptors();
        for (let n = 0; n < 6; n++) if (!(await round()).every(Boolean)) throw new Error('lost');
        while (descriptors() > before) await new Promise(setImmediate);
        console.log('none left');
      })();`);
    expect(said).toBe('none left\n');
    await expect.poll(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count)))).toBe(0);
  });

  test('no more than the other side takes', async () => {
    const CHUNK = Buffer.alloc(256 * 1024);
    const CHUNKS = 512;
    let handedOver = 0;
    const { start } = await bridged((socket) => {
      const more = (): unknown => (handedOver++ === CHUNKS ? socket.end() : socket.write(CHUNK, more));
      more();
    });
    const { child } = start('node', [
      '-e',
      `${CLIENT}
      const socket = open().pause(); let size = 0;
      socket.on('data', (chunk) => size += chunk.length).on('end', () => { console.log(size); process.exit(); });
      process.stdin.once('data', () => socket.resume());`,
    ]);
    let before = 0;
    const stands = () => {
      const stood = handedOver > 1 && handedOver === before;
      before = handedOver;
      return stood;
    };
    await expect.poll(stands, { interval: 200, timeout: 30_000 }).toBe(true);
    expect(before).toBeLessThan(CHUNKS / 4);
    child.stdin.write('go\n');
    expect(await text(child.stdout)).toBe(`${CHUNKS * CHUNK.length}\n`);
  });

  test('the end of a connection that the other side breaks off', async () => {
    const { node } = await bridged((socket) => socket.once('data', () => socket.destroy()));
    const { said } = await node(
      `${CLIENT} net.connect(${PORT}, '127.0.0.1').on('close', () => console.log('over')).write('x');`,
    );
    expect(said).toBe('over\n');
  });
});

describe('a command beside a bridge', () => {
  test('ends as it ends', async () => {
    const { run } = await bridged(() => {});
    expect((await run('/bin/sh', ['-c', 'exit 7'])).exitCode).toBe(7);
    expect((await run('/bin/sh', ['-c', 'kill -TERM $$'])).exitCode).toBe(128 + 15);
    const missing = await run('no-such-program', []);
    expect([missing.exitCode, missing.complained]).toEqual([127, expect.stringContaining('no-such-program')]);
  });

  test('is spoken to directly', async () => {
    const { start } = await bridged(() => {});
    const { child } = start('cat', []);
    child.stdin.end('hello');
    expect(await text(child.stdout)).toBe('hello');
  });

  test('is gone with all that it started, and with its connections, when the cage is killed', async () => {
    const left: Promise<unknown>[] = [];
    const { start, home } = await bridged((socket) => {
      left.push(once(socket, 'close'));
      socket.resume().on('end', () => socket.end());
    });
    const { child, exited } = start('/bin/sh', [
      '-c',
      `setsid sleep 300 & node -e "${CLIENT.replaceAll('\n', '')} open().write('x', () => console.log('up'))"`,
    ]);
    await once(child.stdout, 'data');
    expect(processesIn(home)).not.toEqual([]);
    child.kill('SIGKILL');
    await exited;
    await expect.poll(() => processesIn(home)).toEqual([]);
    expect(left).toHaveLength(1);
    await left[0];
  });
});

describe('beside its bridge a cage reaches', () => {
  test('no service of this machine, whatever port it has there', async () => {
    const reached: string[] = [];
    const service = await listening(() => reached.push('service'), 0);
    const { node } = await bridged(() => reached.push('bridge'));
    const { port } = service.address() as AddressInfo;
    const { said } = await node(`${CLIENT}
      net.connect(${port}, '127.0.0.1').on('connect', () => console.log('connected')).on('error', (e) => console.log(e.code));`);
    expect([said, reached]).toEqual(['ECONNREFUSED\n', []]);
  });

  test('no other machine', async () => {
    const { node } = await bridged(() => {});
    const { said } = await node(`${CLIENT}
      net.connect(443, '1.1.1.1').on('error', (e) => console.log(e.code));
      require('node:dns').lookup('openrouter.ai', (e) => console.log(e.code));`);
    expect(said.trim().split('\n').toSorted()).toEqual([
      expect.stringMatching(/^E(AI_AGAIN|NOTFOUND)$/),
      'ENETUNREACH',
    ]);
  });

  test("no other agent's socket, and not the directory that they lie in", async () => {
    const { directory, node } = await bridged(() => {});
    const other = join(directory, 'other.sock');
    const reached: string[] = [];
    await listening(() => reached.push('other'), other);
    await writeFile(join(directory, 'note'), 'not for agents');
    const { said } = await node(`${CLIENT}
      console.log(fs.readdirSync(${JSON.stringify(directory)}).join());
      net.connect(${JSON.stringify(other)}).on('error', (e) => console.log(e.code));
      try { fs.unlinkSync(${JSON.stringify(join(directory, 'own.sock'))}) } catch (e) { console.log(e.code) }`);
    expect(said.trim().split('\n').toSorted()).toEqual(['EBUSY', 'ENOENT', 'own.sock']);
    expect(reached).toEqual([]);
  });
});
