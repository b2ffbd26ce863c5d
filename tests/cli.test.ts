import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../packages/cli/bin/fusion-kit.js', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('../examples/price-list.workflow.yaml', import.meta.url));

interface Ended {
  exitCode: number;
  out: string;
  err: string;
}

let home: string;
let project: string;
const children: ChildProcess[] = [];

const environment = () => {
  const { OPENROUTER_API_KEY: _key, FUSION_KIT_SCENARIO: _scenario, ...env } = process.env;
  return { ...env, FUSION_KIT_HOME: join(home, 'data'), NO_COLOR: '1' };
};

/** The built command in a process of its own. */
const fusionKit = (...argv: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const options = { cwd: project, env: environment(), maxBuffer: 16_000_000 };
    execFile(process.execPath, [BIN, ...argv], options, (error, out, err) => {
      resolve({ exitCode: error ? Number(error.code ?? -1) : 0, out, err });
    });
  });

const json = async (...argv: string[]) => JSON.parse((await fusionKit(...argv, '--json')).out);

async function git(...argv: string[]): Promise<string> {
  const identity = ['-c', 'user.name=tester', '-c', 'user.email=tester@localhost'];
  return new Promise((resolve, reject) => {
    execFile('git', [...identity, ...argv], { cwd: project }, (error, out) =>
      error ? reject(error) : resolve(out.trim()),
    );
  });
}

function start(...argv: string[]): ChildProcess & { lines: AsyncIterator<string> } {
  const child = spawn(process.execPath, [BIN, ...argv], {
    cwd: project,
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return Object.assign(child, { lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() });
}

async function setUp(): Promise<void> {
  home = await realpath(await mkdtemp(join(tmpdir(), 'fusion-kit-walk-')));
  project = join(home, 'shop');
  await mkdir(project);
  await git('init', '--quiet', '--initial-branch=main');
  await writeFile(join(project, 'note.txt'), 'a note\n');
  await git('add', '--all');
  await git('commit', '--quiet', '-m', 'first');
}

async function tearDown(): Promise<void> {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await fusionKit('down');
  await rm(home, { recursive: true, force: true });
}

describe('on an old Node', () => {
  /** A process that says it is Node 20. */
  const asOld = (file: string): Promise<Ended> =>
    new Promise((resolve) => {
      const older = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.0' } })";
      const argv = ['--import', `data:text/javascript,${encodeURIComponent(older)}`, file, '--version'];
      execFile(process.execPath, argv, (error, out, err) =>
        resolve({ exitCode: error ? Number(error.code ?? -1) : 0, out, err }),
      );
    });

  it('says what it needs', async () => {
    const alone = await mkdtemp(join(tmpdir(), 'fusion-kit-bin-'));
    await copyFile(BIN, join(alone, 'fusion-kit.mjs'));
    const { exitCode, err } = await asOld(join(alone, 'fusion-kit.mjs'));
    await rm(alone, { recursive: true });
    expect(exitCode).toBe(1);
    expect(err).toMatch(/needs Node 24 or newer; this is Node 20\.20\.0 .*\n  → Install Node 24/);
  });

  it('takes the one of its checkout', async () => {
    expect(await asOld(BIN)).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

describe('a server', () => {
  beforeEach(setUp);
  afterEach(tearDown);

  it('is started once by commands that come at the same time', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => fusionKit('project', 'list', '--json')));
    for (const { exitCode, out } of answers) expect([exitCode, JSON.parse(out)]).toEqual([0, { projects: [] }]);
    const starters = answers.filter(({ err }) => err.includes('started a server'));
    expect(starters).toHaveLength(1);
  });

  it('tells where it is, leaves its file to its owner only, and takes it away when it ends', async () => {
    const up = await json('up', '--detach', '--port', '0');
    const file = join(home, 'data', 'server.json');
    expect(up).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      token: expect.any(String),
      pid: expect.any(Number),
      dataDir: join(home, 'data'),
      page: `${up.url}/#token=${up.token}`,
      sandbox: expect.stringMatching(/^(bubblewrap|missing)$/),
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await json('up')).toEqual(up);
    expect(await json('down')).toEqual({ stopped: true, pid: up.pid, how: 'asked' });
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(() => process.kill(up.pid, 0)).toThrow('ESRCH');
  });

  it('stays in the foreground until it is interrupted, and then ends well', async () => {
    const up = start('up', '--port', '0');
    let page: string | undefined;
    while (page === undefined) page = /(http:\S+)#token=/.exec((await up.lines.next()).value ?? '')?.[1];
    expect(await json('status')).toMatchObject({ running: true, pid: up.pid, page: expect.stringContaining(page) });
    up.kill('SIGINT');
    expect(await once(up, 'exit')).toEqual([0, null]);
    expect(await json('status')).toMatchObject({ running: false });
  });

  it('that was killed is replaced by the next command, with all that was acknowledged', async () => {
    const created = await json('project', 'create', '.', '--name', 'kept');
    const { pid } = await json('status');
    process.kill(pid, 'SIGKILL');
    const { projects } = await json('project', 'list');
    expect(projects).toEqual([created]);
    expect((await json('status')).pid).not.toBe(pid);
  });

  it('that is frozen is neither taken for dead nor waited for by `down`', async () => {
    const { pid } = await json('up', '--detach', '--port', '0');
    process.kill(pid, 'SIGSTOP');
    expect(await fusionKit('status')).toMatchObject({ exitCode: 1, out: expect.stringContaining('does not answer') });
    expect(await json('down')).toEqual({ stopped: true, pid, how: 'signalled' });
  });

  it('refuses a port that was asked for and is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const { port } = other.address() as { port: number };
      const { exitCode, err } = await fusionKit('up', '--port', String(port));
      expect(exitCode).toBe(1);
      expect(err).toBe(
        `error: port ${port} is used by another program\n  → Choose another port with --port, or 0 for any free one.\n`,
      );
    } finally {
      other.close();
    }
  });

  it('names a data directory that cannot be', async () => {
    const answer = await new Promise<Ended>((resolve) => {
      const env = { ...environment(), FUSION_KIT_HOME: join(project, 'note.txt', 'data') };
      execFile(process.execPath, [BIN, 'project', 'list', '--json'], { cwd: project, env }, (error, out, err) =>
        resolve({ exitCode: Number(error?.code ?? 0), out, err }),
      );
    });
    expect(answer.exitCode).toBe(1);
    expect(JSON.parse(answer.out).error).toMatchObject({
      code: 'data_directory_unusable',
      message: expect.stringContaining('note.txt'),
    });
  });
});

describe('with a project', () => {
  beforeAll(setUp);
  afterAll(tearDown);

  it('walks an agent through its life, by its name', async () => {
    const created = await json('project', 'create');
    expect(created).toMatchObject({ name: 'shop', path: project, kind: 'git', state: 'active' });
    const agent = await json('agent', 'spawn', 'bob', '--provider', 'scripted', '--capabilities', 'code,test');
    expect(agent).toMatchObject({ name: 'bob', state: 'idle', projectId: created.id, capabilities: ['code', 'test'] });
    expect(await json('agent', 'pause', 'bob')).toMatchObject({ id: agent.id, state: 'paused' });
    expect(await json('agent', 'resume', 'bob')).toMatchObject({ id: agent.id, state: 'idle' });
    expect((await json('agent', 'list')).agents).toHaveLength(1);
    expect(await json('metrics', 'agent', 'bob')).toMatchObject({ agentId: agent.id, toolCalls: 0 });
    const { events } = await json('agent', 'logs', 'bob');
    expect(events.map(({ event }: { event: { type: string } }) => event.type)).toEqual([
      'agent.spawning',
      'agent.ready',
      'agent.paused',
      'agent.resumed',
    ]);
    expect(await json('agent', 'respawn', 'bob')).toMatchObject({ id: agent.id, state: 'idle' });
    expect(await json('agent', 'get', 'bop')).toMatchObject({
      error: { code: 'agent_unknown', message: 'no agent bop (did you mean bob?)' },
    });
  });

  it('gives a task that waits for a named reason, and cancels it', async () => {
    const task = await json('task', 'create', 'Dance.\nSlowly.', '--requires', 'dance');
    expect(task).toMatchObject({ title: 'Dance.', state: 'queued', waitingFor: expect.stringContaining('dance') });
    expect((await json('task', 'list', '--state', 'queued')).tasks).toEqual([task]);
    expect(await json('task', 'cancel', task.id, '--reason', 'changed my mind')).toMatchObject({
      state: 'cancelled',
      reason: 'changed my mind',
    });
    expect(await json('task', 'logs', task.id)).toEqual({ events: [] });
  });

  it('says when a list goes on', async () => {
    await json('task', 'create', 'One more.', '--requires', 'dance');
    await json('task', 'create', 'And another.', '--requires', 'dance');
    expect((await fusionKit('task', 'list', '--limit', '1')).out).toContain('there are more');
    expect((await fusionKit('task', 'list')).out).not.toContain('there are more');
  });

  it('shows what a failed check said, and whose work it was', async () => {
    const script = '<<SCRIPT [{"tool":"finish","args":{"summary":"s"}}] >>';
    const task = await json(
      'task',
      'create',
      `Fail. ${script}`,
      '--requires',
      'test',
      '--verify',
      'echo "it is 7"; exit 3',
    );
    const tail = start('events', 'tail', '--follow', '--since', '1h', '--type', 'task.failed', '--json');
    await tail.lines.next();
    tail.kill('SIGINT');
    const { out } = await fusionKit('task', 'get', task.id);
    expect(out).toContain('it is 7');
    expect(out).toMatch(/agent +bob agt_/);
  });

  it('does what needs no directory in one that was deleted', async () => {
    const gone = join(project, 'gone');
    await mkdir(gone);
    const script = `cd '${gone}' && rmdir '${gone}' && '${process.execPath}' '${BIN}' status --json`;
    const out = await new Promise<string>((resolve) => {
      execFile('/bin/sh', ['-c', script], { env: environment() }, (_error, text) => resolve(text));
    });
    expect(JSON.parse(out)).toMatchObject({ running: true });
  });

  it('follows events as lines of JSON until it is interrupted', async () => {
    const tail = start('events', 'tail', '--follow', '--type', 'message.sent', '--json');
    // The command is at work once the server has answered it; the message may be sent before or after that.
    const sent = await json('message', 'send', 'bob', 'mind the gap');
    const { value } = await tail.lines.next();
    expect(JSON.parse(value)).toMatchObject({
      event: { type: 'message.sent', messageId: sent.id, text: 'mind the gap' },
    });
    tail.kill('SIGINT');
    expect(await once(tail, 'exit')).toEqual([0, null]);
  });

  it('names file, line and column of what is wrong in a workflow', async () => {
    await writeFile(
      join(project, 'round.yaml'),
      'name: round\nnodes:\n  a: { prompt: x, needs: [b] }\n  b: { prompt: y, needs: [a] }\n',
    );
    const { exitCode, err } = await fusionKit('run', 'round.yaml');
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^error: round\.yaml:\d+:\d+: .*a → b → a/m);
    const check = await fusionKit('workflow', 'validate', 'round.yaml', '--json');
    expect(check.exitCode).toBe(1);
    expect(JSON.parse(check.out)).toMatchObject({ valid: false, problems: [{ code: 'workflow_cycle' }] });
  });

  it('saves, checks, shows and lists a workflow', async () => {
    expect(await json('workflow', 'validate', EXAMPLE)).toMatchObject({ valid: true, nodes: 4, widest: 2 });
    const saved = await json('workflow', 'create', EXAMPLE);
    expect(saved).toMatchObject({ name: 'price-list', version: 1, nodeCount: 4 });
    expect((await json('workflow', 'list')).workflows).toEqual([saved]);
    expect(await json('workflow', 'get', 'price-list')).toMatchObject({
      id: saved.id,
      definition: { check: ['node --test'] },
    });
  });

  it('does not wait for ever when no agent of a run can work, and says what is missing', async () => {
    const { exitCode, out } = await fusionKit('run', EXAMPLE, '--provider', 'openrouter');
    expect(exitCode).toBe(1);
    expect(out).toContain('● running');
    expect(out).toMatch(/✗ lead\b.*OPENROUTER_API_KEY/); // the others may still be on their way to the same end
    const [run] = (await json('run', 'list')).runs;
    expect(await json('run', 'cancel', run.id)).toMatchObject({ id: run.id, state: 'cancelled' });
  });

  it('warns that nothing comes back from agents of a directory without git', async () => {
    const plain = join(home, 'plain');
    await mkdir(plain);
    const { err } = await fusionKit('run', EXAMPLE, '--project', plain, '--provider', 'scripted', '--detach');
    expect(err).toContain('it has no git');
    const [run] = (await json('run', 'list')).runs;
    await json('run', 'cancel', run.id);
  });

  it('shows providers without a key, and checks one', async () => {
    const { providers } = await json('provider', 'list');
    expect(providers.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining(['openrouter', 'scripted']));
    expect(await fusionKit('provider', 'check', 'scripted', '--json')).toMatchObject({ exitCode: 0 });
    expect(await fusionKit('provider', 'check', 'openrouter', '--json')).toMatchObject({ exitCode: 1 });
  });
});

describe('the demo', () => {
  beforeAll(setUp);
  afterAll(tearDown);

  it('begins with failing tests, ends with passing ones on the branch of its run, and leaves no server behind', async () => {
    const { exitCode, out } = await fusionKit('demo', '--json', '--no-open');
    const demo = JSON.parse(out);
    expect(demo).toMatchObject({
      ok: true,
      provider: 'scripted',
      serverKept: false,
      testsBefore: { failed: expect.any(Number) },
      testsAfter: { failed: 0 },
      run: { state: 'completed', branch: expect.stringMatching(/^fusion\//) },
    });
    expect(exitCode).toBe(0);
    expect(demo.testsBefore.failed).toBeGreaterThan(0);
    expect(demo.testsAfter.passed).toBeGreaterThan(demo.testsBefore.passed);
    expect(demo.tasks.map(({ node, state }: { node: string; state: string }) => [node, state])).toEqual([
      ['plan', 'completed'],
      ['discount', 'completed'],
      ['receipt', 'completed'],
      ['review', 'completed'],
    ]);
    expect(await json('status')).toMatchObject({ running: false });
  });

  it('ends with the reason when its model server cannot be reached, and leaves nothing waiting', async () => {
    const argv = ['demo', '--base-url', 'http://127.0.0.1:9/v1', '--model', 'none/none', '--json'];
    const { exitCode, out } = await fusionKit(...argv);
    expect(exitCode).toBe(1);
    const demo = JSON.parse(out);
    expect(demo).toMatchObject({ ok: false, provider: 'demo', testsAfter: null, run: { state: 'cancelled' } });
    expect(demo.agents.map(({ failure }: { failure?: { code: string } }) => failure?.code)).toContain(
      'provider_unreachable',
    );
    expect(await json('status')).toMatchObject({ running: false });
  });
});
