import type { Command } from '@fusion-kit/domain/command';
import { World } from '@fusion-kit/domain/world';
import { ArrayJournal } from '@fusion-kit/testing/array-journal';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { sampleAgentSpec } from '@fusion-kit/testing/sample-events';
import { expect, it } from 'vitest';
import { Log } from './log.ts';
import { Writer } from './writer.ts';

it('a decision that the tables of moves do not allow is refused whole, and nobody else is harmed', async () => {
  const world = new World();
  const journal = new ArrayJournal();
  const writer = new Writer({ journal, log: new Log(journal, 0), world, clock: () => 1 });
  const projectId = sampleId('prj', 1);
  const [agentId, dispatchId] = [sampleId('agt', 1), sampleId('dsp', 1)];
  await writer.submit({ type: 'project.create', projectId, name: 'shop', path: '/shop', kind: 'git', budget: {} });
  await writer.submit({ type: 'agent.spawn', agentId, projectId, spec: sampleAgentSpec });
  const agent = world.get('agents', agentId)!;
  // No event leads here: an agent at work whose task nobody knows.
  world.admit({ table: 'agents', id: agentId, row: { ...agent, state: 'working', dispatchId } });
  const before = world.get('agents', agentId);

  const terminate: Command = { type: 'agent.terminate', agentId, reason: 'enough' };
  const other: Command = {
    type: 'agent.spawn',
    agentId: sampleId('agt', 2),
    projectId,
    spec: { ...sampleAgentSpec, name: 'bob' },
  };
  const [refused, accepted] = await Promise.allSettled([writer.submit(terminate), writer.submit(other)]);
  expect(refused).toMatchObject({ reason: { code: 'internal', message: expect.stringContaining('agent.terminated') } });
  expect(accepted).toMatchObject({ value: { seq: 3 } });
  expect(world.get('agents', agentId)).toBe(before);
  expect(await journal.readAfter(0, 10)).toHaveLength(3);
});
