import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Agent } from '@fusion-kit/domain/agent';
import type { AgentMetrics } from '@fusion-kit/domain/api';
import type { LeashClaim, ResourceLimits } from '@fusion-kit/domain/leash';
import type { Run } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import { leftGroups } from '@fusion-kit/workspaces/sandbox/limits/left-groups';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type * as z from 'zod';
import { COMMAND, git, type RealServer, repository, scratch, startServer } from './real-server.ts';

// Each attack is the work of a real agent of a real server, and is judged by what `doctor` claims for it.

const SECRET = 'the-key-that-nobody-may-see';
/** What agents that attack are held to: small, so that little is enough. */
const LIMITS: ResourceLimits = { memoryMb: 300, processes: 64, fileMb: 50, workspaceMb: 200, workspaceFiles: 20_000 };
/** Busy machines are no failure. */
const PATIENT = { timeout: 50_000 };

interface Stage {
  server: RealServer;
  /** The data directory; HOME of who runs the server, with a key in it; the user's repository. */
  data: string;
  home: string;
  project: string;
  projectId: string;
  claims: LeashClaim[];
}

async function openStage(sandbox: 'bubblewrap' | 'none'): Promise<Stage & { close(): Promise<void> }> {
  const place = await scratch('leash');
  const [data, home, project] = ['data', 'home', 'project'].map((name) => join(place.path, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(join(home, '.ssh'), { recursive: true });
  await writeFile(join(home, '.ssh/id_ed25519'), SECRET, { mode: 0o600 });
  await repository(project, { 'a.txt': 'a\n' });
  await writeFile(join(place.path, 'scenario.json'), JSON.stringify(SCENARIO));
  const env = { HOME: home, PLANTED_KEY: SECRET, FUSION_KIT_SCENARIO: join(place.path, 'scenario.json') };
  const server = await startServer({ home: data, sandbox, env });
  const { id } = await server.call<{ id: string }>('POST', '/projects', { path: project });
  const said = execFileSync(process.execPath, [COMMAND, 'doctor', '--json'], {
    env: { PATH: process.env['PATH'], HOME: home, FUSION_KIT_HOME: data },
    encoding: 'utf8',
  });
  const { leash } = JSON.parse(said) as { leash: LeashClaim[] };
  return {
    server,
    data,
    home,
    project,
    projectId: id,
    claims: leash,
    async close() {
      await server.stop();
      await place.remove();
    },
  };
}

/** An agent of the runtime for commands, on a short leash. */
const MALLORY = `{name: mallory, runtime: shell, capabilities: [attack], limits: ${JSON.stringify(LIMITS)}}`;

/** Gives an agent one node's work. @returns the run */
async function begun({ server, projectId }: Stage, work: string, member = MALLORY): Promise<string> {
  const source = `name: attack\nteam: [${member}]\nnodes:\n  attack:\n    requires: [attack]\n    retries: 0\n    ${work}\n`;
  const { id } = await server.call<{ id: string }>('POST', '/workflows', { project: projectId, source });
  const { run } = await server.call<{ run: Run }>('POST', `/workflows/${id}/start`, { provider: 'scripted' });
  return run.id;
}

/** Has an agent do one node's work, and waits for its end. */
async function worked(stage: Stage, work: string, member?: string): Promise<Task> {
  const run = await begun(stage, work, member);
  const state = async () => (await stage.server.call<Run>('GET', `/runs/${run}`)).state;
  await expect.poll(state, PATIENT).toMatch(/completed|failed/);
  const { items } = await stage.server.call<{ items: Task[] }>('GET', `/tasks?run=${run}`);
  return items[0]!;
}
const attacked = (stage: Stage, script: string) => worked(stage, `run: ${JSON.stringify(script)}`);
const printed = ({ outputs, failure }: Task): string =>
  `${JSON.stringify(outputs?.['stdout'] ?? '')}${failure?.message ?? ''}`;

/** Whether something is claimed to be kept from agents. */
const claimed = ({ claims }: Stage, what: LeashClaim['what']): boolean =>
  claims.find((claim) => claim.what === what)?.by !== 'none';

/** What is left on the machine of agents of a stage: processes, mounts, control groups. */
async function leftOf({ data, server }: Stage): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== server.pid);
  const left = await Promise.all(
    pids.map(async (pid) => {
      const [words, environment] = await Promise.all(
        ['cmdline', 'environ'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
      );
      return words?.includes(MARK) || environment?.includes(join(data, 'workspaces')) ? [`${pid} ${words}`] : [];
    }),
  );
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').filter((line) => line.includes(data));
  return [...left.flat(), ...mounts, ...(await leftGroups(data))];
}

/** How long daemons sleep, by which they are found. */
const MARK = '98765';
const HOG = `require('fs'); const all = []; for (let n = 0; n < 60; n++) all.push(Buffer.alloc(10e6).fill(1)); console.log('has it')`;
const DAEMON = `(setsid env -i /bin/sh -c 'cd /; (sleep ${MARK} & sleep ${MARK}) & sleep ${MARK}' >/dev/null 2>&1 </dev/null &); sleep 0.2; echo begun`;
const SCENARIO = [
  {
    name: 'greedy',
    match: 'Take all you can',
    steps: [
      { tool: 'shell', args: { command: `node -e "${HOG}"` } },
      { tool: 'shell', args: { command: DAEMON } },
      { tool: 'finish', args: { summary: 'took it' } },
    ],
  },
];

/** Without a sandbox it can, as doctor says. */
function raisesNothing(stage: () => Stage): void {
  it('raising its limits by mounting the control groups itself', async () => {
    // unshare(2) with CLONE_NEWUSER, CLONE_NEWNS and CLONE_NEWCGROUP is 272 on x86-64, mount(2) is 165.
    const raise = `
        my ($none, $place, $v1, $memory, $v2) = ('none', 'groups', 'cgroup', 'memory', 'cgroup2'); mkdir $place;
        print "alone\n" if syscall(272, 0x12020000) == 0;
        print "mounted\n" if syscall(165, $none, $place, $v1, 0, $memory) == 0 or syscall(165, $none, $place, $v2, 0, 0) == 0;
        for my $name ('memory.limit_in_bytes', 'memory.max') { next unless -e "$place/$name"; open(my $file, '>', "$place/$name") or next; print $file '9000000000'; print "raised\n" if close $file; }
        exec 'node', 'hog.js';`;
    const { failure } = await attacked(
      stage(),
      `cat >hog.js <<'END'\n${HOG}\nEND\ncat >raise.pl <<'END'\n${raise}\nEND\nperl raise.pl`,
    );
    expect(failure).toMatchObject({ code: 'memory_limit', message: expect.stringMatching(/Killed$/) });
  });
}

for (const sandbox of ['bubblewrap', 'none'] as const) {
  describe(`agents of a server with sandbox ${sandbox} are kept from what its doctor claims, and from nothing else:`, () => {
    let stage: Awaited<ReturnType<typeof openStage>>;
    beforeAll(async () => {
      stage = await openStage(sandbox);
    });
    afterAll(() => stage.close());
    // Also of the workspaces that are being put away after a run.
    afterEach(async () => {
      await vi.waitFor(async () => {
        const left = await leftOf(stage);
        if (left.length > 0) throw new Error(`left behind: ${left.join('\n')}`);
      }, PATIENT);
    });

    it('everything is claimed on a machine like this one', () => {
      const not = stage.claims.filter(({ by }) => by === 'none').map(({ what }) => what);
      expect(not).toEqual(sandbox === 'none' ? ['files', 'network', 'other processes', 'environment'] : []);
    });

    it("reading another one's workspace, a key, and what the server keeps", async () => {
      const { server, projectId, home, data } = stage;
      const { id } = await server.call<Agent>('POST', '/agents', {
        project: projectId,
        name: `alice-${sandbox}`,
        runtime: 'shell',
      });
      const agent = () => server.call<Agent>('GET', `/agents/${id}`);
      await expect.poll(async () => (await agent()).state, PATIENT).toBe('idle');
      const plan = join((await agent()).workspace ?? '', 'plan.txt');
      await writeFile(plan, SECRET);
      for (const path of [plan, join(home, '.ssh/id_ed25519')])
        expect(printed(await attacked(stage, `cat '${path}' || true`)).includes(SECRET)).toBe(!claimed(stage, 'files'));
      const token = printed(await attacked(stage, `cat '${data}/token' '${data}/server.json' || true`));
      expect(token.includes(server.token)).toBe(!claimed(stage, 'files'));
      await server.call('DELETE', `/agents/${id}`);
    });

    it('reading the environment of other processes', async () => {
      const seen = printed(
        await attacked(stage, `cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n' | grep -a PLANTED || true`),
      );
      expect(seen.includes(SECRET)).toBe(!claimed(stage, 'environment'));
    });

    it('writing outside: plainly, by a symbolic link, by a hard link', async () => {
      const { home } = stage;
      const key = join(home, '.ssh/id_ed25519');
      await attacked(
        stage,
        `echo planted >'${home}/plain'; ln -s '${home}' out; echo planted >out/linked; ln '${key}' hard && echo planted >>hard; rm -f out hard; true`,
      );
      const reached = ['plain', 'linked'].map((name) => existsSync(join(home, name)));
      reached.push((await readFile(key, 'utf8')) !== SECRET);
      await writeFile(key, SECRET);
      expect(reached).toEqual(reached.map(() => !claimed(stage, 'files')));
    });

    it('signalling a process of somebody else', async () => {
      const seen = printed(await attacked(stage, `kill -0 ${process.pid} && echo signalled || true`));
      expect(seen.includes('signalled')).toBe(!claimed(stage, 'other processes'));
    });

    it("having a hook or a monitor of git run on the host, in its own repository or the user's", async () => {
      const { project, home } = stage;
      const ran = join(home, 'ran');
      const trap = `#!/bin/sh\\necho ran >>"${ran}"\\n`;
      await attacked(
        stage,
        `printf '${trap}' >trap.sh; chmod +x trap.sh; git config core.fsmonitor "$PWD/trap.sh"; git config core.hooksPath "$PWD/hooks"
         mkdir -p hooks; for hook in post-commit post-checkout reference-transaction pre-commit; do cp trap.sh hooks/$hook; cp trap.sh .git/hooks/$hook 2>/dev/null; done
         git remote -v; echo changed >>a.txt; rm -f '${ran}'; true`,
      );
      git(project, 'status');
      expect(existsSync(ran)).toBe(false);
      expect(await readdir(join(project, '.git/hooks')).catch(() => [])).not.toContain('post-commit');
    });

    it('reaching a service of this machine, the server itself, and the network', async () => {
      let reached = 0;
      const service = createServer((socket) => {
        reached += 1;
        socket.on('error', () => {}).end('reached');
      });
      service.listen(0, '127.0.0.1');
      await once(service, 'listening');
      const ports = [(service.address() as AddressInfo).port, Number(new URL(stage.server.url).port)];
      const connect = `for (const [port, host] of [[${ports[0]}, '127.0.0.1'], [${ports[1]}, '127.0.0.1'], [443, '1.1.1.1']])
        require('net').connect(port, host).setTimeout(2000, function () { this.destroy() }).on('connect', function () { console.log('connected ' + port); this.destroy() }).on('error', () => {})`;
      const seen = printed(await attacked(stage, `node -e "${connect.replaceAll('\n', ' ')}"`));
      service.close();
      for (const port of ports) expect(seen.includes(`connected ${port}`)).toBe(!claimed(stage, 'network'));
      expect(reached > 0).toBe(!claimed(stage, 'network'));
      if (claimed(stage, 'network')) expect(seen).not.toContain('connected');
    });

    it('taking 600 MB of memory', async () => {
      const { state, failure } = await attacked(stage, `node -e "${HOG}"`);
      expect(state).toBe(claimed(stage, 'memory') ? 'failed' : 'completed');
      if (!claimed(stage, 'memory')) return;
      expect(failure).toMatchObject({
        code: 'memory_limit',
        message: expect.stringContaining(`${LIMITS.memoryMb} MB`),
        remedy: expect.stringContaining('memoryMb'),
      });
    });

    it('having 400 processes', async () => {
      const script = `n=0; while [ $n -lt 400 ]; do sleep ${MARK} >/dev/null 2>&1 & n=$((n+1)); done; echo all`;
      const { state, failure } = await attacked(stage, script);
      expect(state).toBe(claimed(stage, 'processes') ? 'failed' : 'completed');
      if (!claimed(stage, 'processes')) return;
      expect(failure).toMatchObject({ code: 'process_limit', message: expect.stringContaining('64 processes') });
    });

    it('writing a file of 1 GB', async () => {
      const { state, failure } = await attacked(stage, 'exec head -c 1073741824 /dev/zero >large');
      expect(claimed(stage, 'file size')).toBe(true);
      expect(state).toBe('failed');
      expect(failure).toMatchObject({ code: 'file_limit', message: expect.stringContaining('50 MB') });
    });

    it.each([
      ['100,000 files', 'seq 100000 | xargs touch; exec sleep 1000', '20000 files'],
      [
        'many files that are large together',
        'for n in 1 2 3 4 5 6; do head -c 45000000 /dev/zero >part-$n; done; exec sleep 1000',
        '200 MB',
      ],
      ['what it hides in its HOME', 'cd; for n in 1 2 3 4 5 6; do head -c 45000000 /dev/zero >$n; done', '200 MB'],
    ])('keeping %s', async (_what, script, named) => {
      const { state, failure } = await attacked(stage, script);
      expect(claimed(stage, 'disk')).toBe(true);
      expect(state).toBe('failed');
      expect(failure).toMatchObject({ code: 'disk_limit', message: expect.stringContaining(named) });
      // The next task has room.
      expect((await attacked(stage, 'ls; ls ~')).state).toBe('completed');
    });

    it('leaving a daemon, which has left its session, its parents and its environment', async () => {
      const task = await attacked(stage, DAEMON);
      expect([task.state, printed(task)]).toEqual(['completed', expect.stringContaining('begun')]);
    });

    if (sandbox !== 'none') raisesNothing(() => stage);

    it('as one that thinks, whose tool is killed, and who goes on', async () => {
      const task = await worked(
        stage,
        'prompt: Take all you can.',
        `{name: mallory, capabilities: [attack], limits: ${JSON.stringify(LIMITS)}}`,
      );
      const { items } = await stage.server.call<{ items: { event: { type: string; output?: unknown } }[] }>(
        'GET',
        `/events?task=${task.id}&limit=100`,
      );
      const returned = items.filter(({ event }) => event.type === 'tool.returned').map(({ event }) => event.output);
      expect(JSON.stringify(returned)).toContain('begun');
      expect(JSON.stringify(returned).includes('has it')).toBe(!claimed(stage, 'memory'));
    });
  });
}

describe('while an agent works', () => {
  it('what it and all that it has started use is shown', async () => {
    const stage = await openStage('bubblewrap');
    try {
      const { server } = stage;
      const script = `head -c 5000000 /dev/urandom >file; setsid sleep ${MARK} & while [ ! -e stop ]; do sleep 0.2; done; rm file stop`;
      const running = attacked(stage, script);
      const working = async () =>
        (await server.call<{ items: Agent[] }>('GET', '/agents?state=working')).items.find(
          ({ workspace }) => workspace,
        );
      await expect.poll(working, PATIENT).toBeDefined();
      const { id, workspace = '' } = (await working())!;
      const holds = async () =>
        (await server.call<z.output<typeof AgentMetrics>>('GET', `/agents/${id}/metrics`)).holds;
      await expect.poll(async () => (await holds())?.processes, PATIENT).toBeGreaterThanOrEqual(3);
      await expect.poll(async () => (await holds())?.diskBytes, PATIENT).toBeGreaterThan(5_000_000);
      expect(await holds()).toMatchObject({
        memoryBytes: expect.any(Number),
        cpuMs: expect.any(Number),
        files: expect.any(Number),
      });
      const shown = execFileSync(process.execPath, [COMMAND, 'metrics', 'agent', id], {
        env: { PATH: process.env['PATH'], HOME: stage.home, FUSION_KIT_HOME: stage.data },
        encoding: 'utf8',
      });
      expect(shown).toMatch(/memory +\d+ MB\nprocessor +[\d.]+ s\nprocesses +\d+\ndisk +\d+ MB, [\d.]+k? files/);
      await writeFile(join(workspace, 'stop'), '');
      expect((await running).state).toBe('completed');
    } finally {
      await stage.close();
    }
  });
});

it('what agents of a killed server left is ended by the next one, also where nothing tells whose it is', async () => {
  const stage = await openStage('none');
  await begun(stage, `run: ${JSON.stringify(`${DAEMON}; exec sleep 1000`)}`);
  const daemons = async () => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const words = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
    return words.filter((each) => each === `sleep\0${MARK}\0`).length;
  };
  try {
    await expect.poll(daemons, PATIENT).toBe(3);
    await stage.server.kill();
    expect(await daemons()).toBe(3);
    expect((await leftGroups(stage.data)).length).toBeGreaterThan(0);
    const next = await startServer({ home: stage.data, sandbox: 'none' });
    try {
      expect(await daemons()).toBe(0);
      expect(next.said()).toMatch(/the control group .* of an earlier server was still there: it is gone/);
    } finally {
      await next.stop();
    }
    expect(await leftGroups(stage.data)).toEqual([]);
  } finally {
    await stage.close();
  }
});
