import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryBlobs } from '@fusion-kit/journals/blobs/memory-blobs';
import { eventually, graph, node, openHouse, runEnds, startRun, tasksOf } from './house.ts';
import { closeHouses, house } from './opened-houses.ts';

describe('a restart', () => {
  it('gives interrupted work out again, to the same agent, with a new fence, and completes the run', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'fusion-kit-restart-'));
    const blobs = memoryBlobs();
    try {
      const first = await openHouse({
        directory,
        blobs,
        play: (_start, report) => void report({ type: 'dispatch.started' }),
      });
      const run = await startRun(first, graph([node('a'), node('b', ['a'])], 2));
      await eventually(first.engine, ['task.started']);
      await first.close();
      const second = await house({ directory, blobs });
      expect((await runEnds(second.engine, run.id)).event.type).toBe('run.completed');
      const [a] = await tasksOf(second.engine, run.id);
      expect(a).toMatchObject({ fence: 2, attempts: 0, lastAgentId: first.starts[0]?.caller.agentId });
      const old = first.starts[0]!;
      expect(second.starts[0]?.token).not.toBe(old.token);
    } finally {
      await closeHouses();
      await rm(directory, { recursive: true });
    }
  });

  it('settles a model call whose end nobody saw with what was held for it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'fusion-kit-restart-'));
    try {
      const first = await openHouse({
        directory,
        play: async (_start, report) => {
          await report({ type: 'dispatch.started' });
          await report({ type: 'budget.reserve', tokens: 500, costUsd: 0.25 });
        },
      });
      const run = await startRun(first, graph([node('a')], 1));
      await eventually(first.engine, ['budget.reserved']);
      await first.close();
      const second = await house({ directory });
      await runEnds(second.engine, run.id);
      const [row] = await second.engine.find({ table: 'runs', ids: [run.id], limit: 1 });
      expect(row?.usage).toMatchObject({ calls: 1, inputTokens: 500, costUsd: 0.25 });
      expect(await second.engine.find({ table: 'reservations', limit: 1 })).toEqual([]);
    } finally {
      await closeHouses();
      await rm(directory, { recursive: true });
    }
  });
});
