import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AgentId } from '@fusion-kit/domain/ids';
import { acp } from '@fusion-kit/runtimes/acp/acp';
import { asking } from '@fusion-kit/testing/runtime-deeds';
import { afterEach, describe, expect, it } from 'vitest';
import { agentWork, eventually, node, runEnds } from './house.ts';
import { ROOT } from './real-server.ts';
import { openWorkingHouse, type WorkingHouse } from './working-house.ts';

const AGENT = fileURLToPath(import.meta.resolve('@fusion-kit/testing/acp-agent'));
const PATIENCE = { timeout: 30_000, interval: 20 };

const open: WorkingHouse[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** A house whose agent is the scripted program, in a cage, at work on a command that waits to be let go. */
async function atWork(run: string) {
  const program = {
    name: 'scripted',
    title: 'The scripted agent',
    acp: { command: 'acp-agent', args: [] },
    prepare: () => ({ files: [], env: {} }),
    installHint: '',
    loginHint: '',
  };
  const launched = {
    program,
    version: '1.0.0',
    command: process.execPath,
    args: [AGENT],
    env: {},
    readable: [`${ROOT}/packages`, `${ROOT}/node_modules`, `${ROOT}/package.json`],
    leftOut: [],
    close: async () => {},
  };
  const house = await openWorkingHouse({
    runtimes: [acp({ programs: { launch: async () => launched, check: async () => {}, needsModel: () => false } })],
    team: [{ runtime: 'acp', program: 'scripted' }],
  });
  open.push(house);
  const { engine, data, start } = house;
  const work = { ...agentWork('one'), prompt: asking({ run }, { write: 'done.txt', text: 'yes' }) };
  const { id: runId } = await start([node('one', [], { work, requires: [] })]);
  const { event } = await eventually(engine, ['task.assigned']);
  const agentId = 'agentId' in event ? String(event.agentId) : '';
  const tree = `${data}/workspaces/${agentId}/tree`;
  await expect.poll(() => readdir(tree).catch(() => []), PATIENCE).toContain('begun');
  return { ...house, runId, agentId, tree };
}

/** Processes that have their HOME in a directory, by what was started. */
async function processesIn(data: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const all = await Promise.all(
    pids.map(async (pid) =>
      (await read(pid, 'environ')).includes(`HOME=${data}`) ? [(await read(pid, 'cmdline')).replaceAll('\0', ' ')] : [],
    ),
  );
  return all.flat();
}
const sleeping = async (data: string) => (await processesIn(data)).filter((line) => line.startsWith('sleep '));

describe('a program at work in its cage', () => {
  it(
    'leaves its command when its agent is paused, and begins it again when that is resumed',
    { timeout: 120_000 },
    async () => {
      const { engine, data, runId, agentId, tree } = await atWork(
        'touch begun; echo on >> log; if [ "$(wc -l < log)" = 1 ]; then sleep 300; fi',
      );
      await expect.poll(() => sleeping(data), PATIENCE).toHaveLength(1);
      await engine.submit({ type: 'agent.pause', agentId: AgentId.parse(agentId) });
      await expect.poll(() => sleeping(data), PATIENCE).toEqual([]);
      expect(await processesIn(data)).not.toEqual([]);
      await engine.submit({ type: 'agent.resume', agentId: AgentId.parse(agentId) });
      expect((await runEnds(engine, runId)).event.type).toBe('run.completed');
      expect(await readFile(`${tree}/log`, 'utf8')).toBe('on\non\n');
      const told = await engine.events(0, 1_000, { types: ['turn.told'] });
      expect(told.map(({ event }) => ('text' in event ? event.text : ''))).toEqual([
        expect.stringContaining('You were interrupted'),
      ]);
    },
  );

  it('is gone with all that it started when its run is cancelled', { timeout: 120_000 }, async () => {
    const { engine, data, runId } = await atWork('setsid sleep 300 & sleep 301 & touch begun; wait');
    await expect.poll(() => sleeping(data), PATIENCE).toHaveLength(2);
    await engine.submit({ type: 'run.cancel', runId, reason: 'enough' });
    await runEnds(engine, runId);
    await expect.poll(() => processesIn(data), PATIENCE).toEqual([]);
  });
});
