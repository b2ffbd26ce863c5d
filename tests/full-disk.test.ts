import { once } from 'node:events';
import { expect, it } from 'vitest';
import { inspectData, scratch, startServer } from './real-server.ts';

it(
  'a full disk stops the server loudly; what was acknowledged is there at the next start, and nothing else',
  { timeout: 120_000 },
  async () => {
    const home = await scratch('full');
    try {
      const server = await startServer({ home: home.path, fileBlocksMax: 3_000 });
      const gone = once(server.process, 'exit');
      const project = await server.call<{ id: string }>('POST', '/projects', { path: home.path });
      const acknowledged: string[] = [];
      const refused = await (async () => {
        for (let n = 0; n < 5_000; n += 1) {
          const sent = await server.call<{ id: string }>('POST', '/messages', {
            project: project.id,
            to: { topic: 'a.note' },
            text: 'x'.repeat(3_500),
          });
          acknowledged.push(sent.id);
        }
        return undefined;
      })().catch((error: Error) => error.message);
      expect(acknowledged.length).toBeGreaterThan(10);
      expect(refused).toMatch(/journal_failed|fetch failed/); // refused, or the process was gone already
      expect((await gone)[0]).toBe(1);

      const again = await startServer({ home: home.path });
      const after = await again.call<{ id: string }>('POST', '/messages', {
        project: project.id,
        to: { topic: 'a.note' },
        text: 'There is room again.',
      });
      await again.stop();
      const { entries, byLog, byRows } = await inspectData(home.path);
      const sent = entries.flatMap(({ event }) => (event.type === 'message.sent' ? [event.messageId as string] : []));
      expect(sent).toEqual([...acknowledged, after.id]);
      expect(byLog).toBe(byRows);
    } finally {
      await home.remove();
    }
  },
);
