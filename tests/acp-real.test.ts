import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EventOf, EventType } from '@fusion-kit/domain/event';
import { preview } from '@fusion-kit/domain/text';
import { acp } from '@fusion-kit/runtimes/acp/acp';
import { openPrograms } from '@fusion-kit/runtimes/programs/open-programs';
import { startScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { scriptedUpstream } from '@fusion-kit/upstreams/scripted/upstream';
import { afterEach, expect, it } from 'vitest';
import { missingProgram } from './agent-installs.ts';
import { agentWork, node, runEnds, tasksOf } from './house.ts';
import { scratch } from './real-server.ts';
import { openWorkingHouse } from './working-house.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});

/** What the model has the agent do whose prompt this is in. */
const scripted = (...steps: readonly object[]): string => `<<SCRIPT ${JSON.stringify(steps)} >>`;

const PLAN = scripted(
  { write: { path: 'plan.txt', content: 'one\ntwo\n' } },
  { shell: 'echo three >> plan.txt' },
  { mcp: 'fusion_send_message', args: { to: 'bob', text: 'the plan is in plan.txt' } },
  { mcp: 'fusion_finish', args: { summary: 'planned', outputs: [{ name: 'steps', value: '3' }] } },
  { say: 'I have planned it.' },
);
const BUILD = scripted(
  { mcp: 'fusion_read_output', args: { task: 'plan', name: 'steps' } },
  { shell: 'wc -l < plan.txt > built.txt; echo counted' },
  { mcp: 'fusion_send_message', args: { to: 'ada', text: 'it is built' } },
  { say: 'It is built as planned.' },
);

it(
  'Claude Code and Codex do a task each in their cages, by a model behind the gateway, and write to each other',
  { timeout: 500_000 },
  async (test) => {
    const place = await scratch('acp-real');
    open.push({ close: () => place.remove() });
    for (const name of ['claude', 'codex']) {
      const why = await missingProgram(name, place.path);
      if (why) return test.skip(`this walk needs ${name}: ${why}`);
    }
    const server = await startScriptedServer();
    open.push(server);
    const programs = openPrograms({ env: process.env, dataDir: place.path });
    const house = await openWorkingHouse({
      runtimes: [acp({ programs })],
      upstream: (meter) => scriptedUpstream({ server, meter }),
      team: [
        { name: 'ada', runtime: 'acp', program: 'claude', capabilities: ['plan'] },
        { name: 'bob', runtime: 'acp', program: 'codex', capabilities: ['build'] },
      ],
    });
    open.push(house);
    const { engine, data, project } = house;
    const by = (id: string, prompt: string, outputs: string[]) => ({
      work: { ...agentWork(id), prompt, outputs, expectsChanges: true, maxSteps: 30 },
      requires: [id],
      timeoutMs: 240_000,
    });
    const run = await house.start([
      node('plan', [], by('plan', `Plan it. ${PLAN}`, ['steps'])),
      node('build', ['plan'], by('build', `Build it. ${BUILD}`, ['summary'])),
    ]);
    const { event: ended } = await runEnds(engine, run.id);
    expect(ended).toMatchObject({ type: 'run.completed' });

    const [plan, build] = await tasksOf(engine, run.id);
    expect([plan?.outputs?.['steps'], preview(build?.outputs?.['summary'] ?? '')]).toEqual([
      '3',
      expect.stringContaining('It is built as planned.'),
    ]);
    const { stdout } = await promisify(execFile)('git', ['show', `${run.branch}:built.txt`], { cwd: project });
    expect(stdout.trim()).toBe('3');

    const told = async <Type extends EventType>(type: Type) =>
      (await engine.events(0, 10_000, { types: [type] })).map(({ event }) => event as EventOf<Type>);
    expect((await told('session.opened')).map(({ program }) => program)).toEqual(['claude', 'codex']);
    expect((await told('turn.told')).map(({ text }) => preview(text))).toEqual([
      expect.stringContaining('the plan is in plan.txt'),
    ]);
    expect((await told('message.sent')).map(({ text }) => preview(text))).toEqual([
      'the plan is in plan.txt',
      'it is built',
    ]);
    const tools = (await told('tool.returned')).map(({ tool, isError }) => `${tool}${isError ? ' failed' : ''}`);
    expect(tools).toEqual(
      expect.arrayContaining(['Write', 'Bash', 'mcp__fusion__fusion_finish', 'mcp__fusion__fusion_read_output']),
    );
    expect(tools.filter((tool) => tool.endsWith('failed'))).toEqual([]);
    for (const task of [plan, build]) expect(task?.usage.inputTokens).toBeGreaterThan(1_000);
    const calls = await told('model.called');
    expect(new Set(calls.map(({ taskId, model, status }) => `${taskId} ${model} ${status}`)).size).toBe(2);
    expect(calls[0]).toMatchObject({ model: 'scripted/coder', status: 200, basis: 'reported' });
    expect(await readdir(join(data, 'bridge'))).toEqual([]);
  },
);
