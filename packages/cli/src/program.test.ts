import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from './command-table.ts';
import { stage } from './test/stage.ts';

let scene: Awaited<ReturnType<typeof stage>>;
beforeAll(async () => {
  scene = await stage();
});
afterAll(() => scene.end());

describe('help', () => {
  it('names every group and command that is not hidden', async () => {
    const { exitCode, out } = await scene.play(['--help']);
    expect(exitCode).toBe(0);
    const firstWords = new Set(COMMANDS.filter((entry) => !entry.hidden).map((entry) => entry.path.split(' ')[0]));
    for (const word of firstWords) expect(out).toMatch(new RegExp(`^  ${word}\\b`, 'm'));
    expect(out).not.toMatch(/^  serve\b/m);
  });

  it('is what a bare call answers', async () => {
    const { exitCode, out } = await scene.play([]);
    expect(exitCode).toBe(0);
    expect(out).toContain('Usage: fusion-kit');
  });

  it.each(COMMANDS.map((entry) => [entry.path] as const))('of `%s` names its options', async (path) => {
    const entry = COMMANDS.find((candidate) => candidate.path === path)!;
    const { exitCode, out } = await scene.play([...path.split(' '), '--help']);
    expect(exitCode).toBe(0);
    for (const [flags] of entry.options ?? []) expect(out).toContain(flags);
    expect(out).toContain('--json');
  });

  it.each(COMMANDS.map((entry) => [entry.path] as const))('of `%s` has code behind it', async (path) => {
    expect(await COMMANDS.find((entry) => entry.path === path)!.load()).toBeTypeOf('function');
  });

  it('prints the version', async () => {
    expect(await scene.play(['--version'])).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('a command line that is not understood', () => {
  it.each([
    [['statsu'], "unknown command 'statsu' (did you mean status?)", 'fusion-kit --help'],
    [['agent', 'spwan', 'x'], "unknown command 'spwan' (did you mean spawn?)", 'fusion-kit agent --help'],
    [['up', '--prot', '1'], "unknown option '--prot' (did you mean --port?)", 'fusion-kit up --help'],
    [['agent', 'spawn'], "missing required argument 'name'", 'fusion-kit agent spawn --help'],
    [['run', 'lisst'], 'there is no file and no command lisst (did you mean list?)', 'fusion-kit run --help'],
    [['run'], 'name a workflow file', 'fusion-kit run --help'],
    [['run', 'x.yaml', '--input', 'novalue'], '--input: novalue is not NAME=VALUE', 'fusion-kit run --help'],
    [['up', '--port', '99999'], '--port: a number from 0 to 65535', 'fusion-kit up --help'],
    [['up', '--sandbox', 'docker'], '--sandbox: ', 'fusion-kit up --help'],
    [['events', 'tail', '--type', 'task.complete'], '(did you mean task.completed?)', 'fusion-kit events tail --help'],
    [['events', 'tail', '--since', 'soon'], '--since: soon is neither a time', 'fusion-kit events tail --help'],
    [['agent', 'list', '--state', 'busy'], '--state: ', 'fusion-kit agent list --help'],
  ])('%j is refused with exit code 2 and a remedy', async (argv, message, help) => {
    const { exitCode, out, err } = await scene.play(argv);
    expect(exitCode).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(`error: `);
    expect(err).toContain(message);
    expect(err).toContain(`→ See \`${help}\`.`);
  });

  it('is one document with --json, wherever that stands', async () => {
    for (const argv of [
      ['agent', 'spwan', '--json'],
      ['--json', 'agent', 'spwan'],
      ['agent', '--json'],
    ]) {
      const { exitCode, out, err } = await scene.play(argv);
      expect(exitCode).toBe(2);
      expect(err).toBe('');
      expect(JSON.parse(out)).toEqual({
        error: { code: 'usage', message: expect.any(String), remedy: 'See `fusion-kit agent --help`.' },
      });
    }
  });

  it('shows the help of a group that was called without a command', async () => {
    const { exitCode, out, err } = await scene.play(['workflow']);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain('Usage: fusion-kit workflow');
  });
});

describe('run FILE', () => {
  it('says that a file is missing when the name looks like one, before any server is started', async () => {
    const { exitCode, out } = await scene.play(['run', 'missing.yaml', '--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(out).error).toMatchObject({
      code: 'file_unreadable',
      message: expect.stringContaining('missing.yaml'),
    });
    expect(JSON.parse((await scene.play(['status', '--json'])).out)).toMatchObject({ running: false });
  });
});

describe('without a server', () => {
  it('status says so, and where the data would be', async () => {
    const { exitCode, out } = await scene.play(['status', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toEqual({
      running: false,
      dataDir: scene.dataDir,
      url: null,
      page: null,
      token: null,
      pid: null,
      health: null,
    });
  });

  it('down has nothing to do', async () => {
    const { exitCode, out } = await scene.play(['down', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toEqual({ stopped: false, pid: null, how: null });
  });

  it('health is a failure with a remedy, and starts none', async () => {
    const { exitCode, err } = await scene.play(['health']);
    expect(exitCode).toBe(1);
    expect(err).toBe('error: no server is running\n  → Start it with `fusion-kit up`.\n');
  });

  it('doctor looks at the machine and holds no key in its answer', async () => {
    const { out } = await scene.play(['doctor', '--json'], { env: { OPENROUTER_API_KEY: 'sk-or-secret' } });
    const { checks, leash } = JSON.parse(out);
    expect(checks.map((check: { name: string }) => check.name)).toEqual(
      expect.arrayContaining(['node', 'git', 'sandbox', 'data directory', 'disk', 'server', 'port', 'openrouter']),
    );
    expect(leash.map(({ what }: { what: string }) => what)).toContain('files');
    expect(out).not.toContain('sk-or-secret');
  });

  it('doctor fails where the data directory cannot be', async () => {
    const { exitCode, out } = await scene.play(['doctor', '--json'], {
      env: { FUSION_KIT_HOME: `${process.execPath}/x` },
    });
    expect(exitCode).toBe(1);
    expect(JSON.parse(out).checks).toContainEqual(expect.objectContaining({ name: 'data directory', status: 'fail' }));
  });
});
