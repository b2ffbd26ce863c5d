import { totalmem } from 'node:os';
import type { Agent } from '@fusion-kit/domain/agent';
import { NO_USAGE } from '@fusion-kit/domain/usage';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { sampleAgentSpec } from '@fusion-kit/testing/sample-events';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { LearnedMemory } from './learned-memory.ts';
import { cgroupMemory, type MachineReading, readMachine } from './machine.ts';
import { MachineAdmission, type Reserves } from './machine-admission.ts';

const MB = 1e6;
const GB = 1e9;
const plenty: MachineReading = {
  memoryFreeBytes: 8 * GB,
  memoryTotalBytes: 16 * GB,
  loadPerCore: 1,
  diskFreeBytes: 100 * GB,
};
const agent = (runtime: string, number = 1): Agent => ({
  ...sampleAgentSpec,
  runtime,
  id: sampleId('agt', number),
  projectId: sampleId('prj', 1),
  state: 'idle',
  usage: NO_USAGE,
  createdAt: 0,
  changedAt: 0,
});
const working = (runtime: string, number: number): Agent => ({
  ...agent(runtime, number),
  dispatchId: sampleId('dsp', number),
});

function machine(change: Partial<MachineReading>, reserves?: Reserves) {
  const learned = new LearnedMemory();
  const held = new Map<string, number>();
  let now = 0;
  const reading = { ...plenty, ...change };
  const admission = new MachineAdmission({
    read: () => ({ ...reading }),
    learned,
    sampleOf: (id) => (held.has(id) ? { memoryBytes: held.get(id)!, cpuMs: 0, processes: 1 } : undefined),
    reserves,
    now: () => now,
  });
  return { admission, learned, held, reading, pass: (ms: number) => (now += ms) };
}

describe('memory', () => {
  it('must hold what is expected of the runtime beside the reserve', () => {
    const tight = { memoryTotalBytes: 4 * GB, memoryFreeBytes: 450 * MB };
    const { admission } = machine(tight);
    expect(admission.admit(agent('model-loop'), [])).toBeUndefined();
    expect(admission.admit(agent('codex'), [])).toBe(
      'memory: 0.5 GB free, of which those at work may still take 0.0 GB and 0.4 GB stay free; one more of codex takes about 0.4 GB',
    );
    expect(machine(tight, { memoryBytes: 50 * MB }).admission.admit(agent('codex'), [])).toBeUndefined();
  });

  it('is promised to those at work as far as they have not grown to it', () => {
    const { admission, held } = machine({ memoryFreeBytes: 1_500 * MB });
    const two = [working('codex', 1), working('codex', 2)];
    expect(admission.admit(agent('codex'), two)).toContain('may still take 0.8 GB');
    held.set(two[0]!.dispatchId!, 350 * MB);
    held.set(two[1]!.dispatchId!, 900 * MB);
    expect(admission.admit(agent('codex'), two)).toBeUndefined();
  });

  it('is learned from those that have ended, the later ones weighing more', () => {
    const { admission, learned } = machine({ memoryFreeBytes: 1_000 * MB });
    expect(admission.admit(agent('codex'), [])).toBeUndefined();
    learned.learn('codex', 1_400 * MB);
    expect(learned.expectedBytes('codex')).toBeCloseTo(700 * MB);
    expect(admission.admit(agent('codex'), [])).toContain('takes about 0.7 GB');
    for (let times = 0; times < 20; times += 1) learned.learn('codex', 100 * MB);
    expect(admission.admit(agent('codex'), [])).toBeUndefined();
    expect(learned.all()).toEqual([{ runtime: 'codex', expectedBytes: expect.closeTo(100 * MB, -6), dispatches: 21 }]);
    expect(learned.expectedBytes('shell')).toBe(100 * MB);
  });

  it('of a machine that is half free is always enough for one', () => {
    const { admission, learned } = machine({ memoryTotalBytes: 2 * GB, memoryFreeBytes: 1.3 * GB });
    learned.learn('codex', 50 * GB);
    expect(admission.admit(agent('codex'), [])).toBeUndefined();
  });
});

it('the disk keeps a reserve', () => {
  expect(machine({ diskFreeBytes: 0.9 * GB }).admission.admit(agent('shell'), [])).toBe(
    'disk space: 0.9 GB free where work is kept, of which 1.0 GB stay free',
  );
  expect(
    machine({ diskFreeBytes: 0.9 * GB }, { diskBytes: 0.5 * GB }).admission.admit(agent('shell'), []),
  ).toBeUndefined();
});

it('a loaded processor holds back what would come beside others, never the only one', () => {
  const { admission } = machine({ loadPerCore: 13 });
  expect(admission.admit(agent('shell'), [])).toBeUndefined();
  expect(admission.admit(agent('shell'), [working('shell', 2)])).toContain('13.0 processes wait for each core');
  expect(
    machine({ loadPerCore: 13 }, { loadPerCore: 14 }).admission.admit(agent('shell'), [working('shell', 2)]),
  ).toBeUndefined();
});

it('a look at the machine holds for a moment and no longer', () => {
  const { admission, reading, pass } = machine({});
  expect(admission.admit(agent('shell'), [])).toBeUndefined();
  reading.diskFreeBytes = 0;
  expect(admission.admit(agent('shell'), [])).toBeUndefined();
  pass(500);
  expect(admission.admit(agent('shell'), [])).toContain('disk space');
  expect(admission.view()).toMatchObject({ diskFreeBytes: 0, learned: [] });
});

describe('in a control group', () => {
  const files = (given: Record<string, string>) => (path: string) => given[path] ?? '';

  it('of version 2 the tightest around it counts, less what the kernel could drop', () => {
    const read = files({
      '/sys/fs/cgroup/a/b/memory.max': 'max\n',
      '/sys/fs/cgroup/a/b/memory.current': '5\n',
      '/sys/fs/cgroup/a/memory.max': '1000\n',
      '/sys/fs/cgroup/a/memory.current': '900\n',
      '/sys/fs/cgroup/a/memory.stat': 'anon 100\ninactive_file 300\n',
    });
    expect(cgroupMemory('0::/a/b\n', read)).toEqual([{ free: 400, total: 1_000 }]);
  });

  it('of version 1 a limit beyond all memory is none', () => {
    const at = (limit: string) =>
      files({
        '/sys/fs/cgroup/memory/memory.limit_in_bytes': limit,
        '/sys/fs/cgroup/memory/memory.usage_in_bytes': '600',
        '/sys/fs/cgroup/memory/memory.stat': 'total_inactive_file 50\n',
      });
    const membership = '4:cpu,memory:/docker/1\n3:cpuset:/x\n';
    expect(cgroupMemory(membership, at('1000'))).toEqual([{ free: 450, total: 1_000 }]);
    expect(cgroupMemory(membership, at('9223372036854771712'))).toEqual([]);
  });
});

it('what is read of this machine can be true', async () => {
  const reading = readMachine(await temporaryDirectory());
  expect(reading.memoryFreeBytes).toBeGreaterThan(10 * MB);
  expect(reading.memoryFreeBytes).toBeLessThanOrEqual(reading.memoryTotalBytes);
  expect(reading.memoryTotalBytes).toBeLessThanOrEqual(totalmem());
  expect(reading.loadPerCore).toBeGreaterThanOrEqual(0);
  expect(reading.loadPerCore).toBeLessThan(1_000);
  expect(reading.diskFreeBytes).toBeGreaterThan(0);
});
