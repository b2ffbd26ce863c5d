import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { LeashClaim } from '@fusion-kit/domain/leash';
import type { CageSpec, Sandbox } from '@fusion-kit/domain/ports/sandbox';
import { runLine, scratchDirectory } from '@fusion-kit/testing/workspaces-scratch';
import { describe, expect, onTestFinished, test } from 'vitest';
import { detectSandbox } from './detect.ts';
import { leashClaims } from './claims.ts';
import { detectLimits } from './limits/detect-limits.ts';
import { noSandbox } from './none.ts';

const { sandbox: found, problems } = await detectSandbox();
const means = await detectLimits();

test('this machine has a sandbox that works, for the tests below need one', () => {
  expect(problems).toEqual([]);
  expect(found?.id).toBe('bubblewrap');
});

const script = (sandbox: Sandbox, text: string, spec: Partial<CageSpec> = {}) =>
  sandbox.wrap({
    command: '/bin/sh',
    args: ['-c', text],
    cwd: '/',
    writable: [],
    readable: [],
    env: { PATH: '/usr/bin:/bin' },
    network: 'none',
    ...spec,
  });

/** Tries to pass each limit, and answers whether it could. */
const ESCAPES: Record<string, (sandbox: Sandbox) => Promise<boolean>> = {
  async files(sandbox) {
    const path = await scratchDirectory();
    await writeFile(join(path, 'secret'), 'secret');
    return (
      runLine(script(sandbox, `cat '${path}/secret'; echo x >'${path}/written'`)).output.includes('secret\n') ||
      (await readFile(join(path, 'written'), 'utf8').catch(() => '')) !== ''
    );
  },
  async network(sandbox) {
    const server = createServer((socket) => socket.end('reached'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const program = `require('net').connect(${port},'127.0.0.1').on('data',d=>console.log(String(d))).on('error',()=>{})`;
    const node = { command: process.execPath, args: ['-e', program], readable: [join(process.execPath, '..')] };
    const line = script(sandbox, '', node);
    const child = spawn(line.command, line.args, { env: line.env, cwd: line.cwd });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await new Promise((resolve) => child.once('close', resolve));
    await new Promise((resolve) => server.close(resolve));
    return said.includes('reached');
  },
  'other processes': (sandbox) =>
    Promise.resolve(runLine(script(sandbox, `kill -0 ${process.pid} && echo signalled`)).output.includes('signalled')),
  async environment(sandbox) {
    const neighbour = spawn('/bin/sleep', ['60'], { env: { FUSION_KIT_TEST_SECRET: 'key' } });
    onTestFinished(() => void neighbour.kill('SIGKILL'));
    await new Promise((resolve) => neighbour.once('spawn', resolve));
    return runLine(script(sandbox, 'cat /proc/*/environ | tr "\\0" "\\n"')).output.includes('FUSION_KIT_TEST_SECRET');
  },
};

describe.each([
  ['bubblewrap', () => found ?? noSandbox()],
  ['none', noSandbox],
] as const)('%s', (_id, make) => {
  test.each(Object.entries(ESCAPES))(
    'is passed at %s exactly when it says that nothing enforces it',
    async (what, escape) => {
      const sandbox = make();
      const claim = leashClaims(sandbox, means).find((each) => each.what === what);
      expect(await escape(sandbox)).toBe(claim?.by === 'none');
    },
  );

  test('everything is told once', () => {
    const told = leashClaims(make(), means).map(({ what }) => what);
    expect(told.toSorted()).toEqual([...LeashClaim.shape.what.options].toSorted());
  });

  test('a command gets its directory, its arguments and only its environment', async () => {
    const directory = await scratchDirectory();
    const args = ['-c', 'pwd; echo "$1"; env', 'sh', "it's; $HOME"];
    const line = script(make(), '', { args, cwd: directory, writable: [directory], env: { GIVEN: 'yes' } });
    const { output } = runLine(line);
    expect(output).toContain(`${directory}\nit's; $HOME\n`);
    expect(output.split('\n').filter((each) => /^\w+=/.test(each) && !/^(PWD|OLDPWD|SHLVL|_)=/.test(each))).toEqual([
      'GIVEN=yes',
    ]);
  });
});

const cage = (): Sandbox => found ?? noSandbox();

describe('bubblewrap mounts', () => {
  test('a writable directory may be written, a readable one not, also when they lie in each other', async () => {
    const directory = await scratchDirectory();
    const make = `mkdir -p '${directory}/open/closed' '${directory}/closed/open'`;
    runLine(script(noSandbox(), make));
    const text = `cd '${directory}'; for d in open open/closed closed closed/open; do echo x 2>/dev/null >$d/file && echo $d; done`;
    const ran = runLine(
      script(cage(), text, {
        writable: [`${directory}/open`, `${directory}/closed/open`],
        readable: [`${directory}/open/closed`, `${directory}/closed`],
      }),
    );
    expect(ran.output.split('\n').filter((each) => !each.includes(':'))).toEqual(['open', 'closed/open', '']);
  });

  test('the root and the system cannot be written, and home directories are not there', () => {
    const { output } = runLine(
      script(cage(), 'for d in / /usr /etc /root /home /var; do touch $d/x 2>/dev/null && echo $d; done; ls /'),
    );
    expect(output).not.toMatch(/^\//m);
    expect(output).not.toMatch(/^(root|home|var|mnt|srv|opt)$/m);
  });

  test('there are no privileges inside, whoever started it', () => {
    const { output } = runLine(script(cage(), 'grep CapEff /proc/self/status; grep NoNewPrivs /proc/self/status'));
    expect(output).toBe('CapEff:\t0000000000000000\nNoNewPrivs:\t1\n');
  });

  test('a command is in a session of its own, so that it cannot type into the terminal of who started it', () => {
    const ofNobodyHere = '0\n';
    expect(runLine(script(cage(), 'cut -d " " -f 6 /proc/self/stat')).output).not.toBe(ofNobodyHere);
  });

  test('temporary files are private to one cage', async () => {
    const path = await mkdtemp('/tmp/fusion-kit-shared-');
    onTestFinished(() => rm(path, { recursive: true }));
    expect(runLine(script(cage(), 'ls -A /tmp; echo x >/tmp/mine; cat /tmp/mine')).output).toBe('x\n');
  });
});
