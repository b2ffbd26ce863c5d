import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { openFrozenJournal } from '@fusion-kit/journals/sqlite/frozen-journal';
import { expect, it, onTestFinished } from 'vitest';
import { COMMAND, inspectData, scratch, startServer } from './real-server.ts';

async function place(name: string): Promise<string> {
  const made = await scratch(name);
  onTestFinished(() => made.remove());
  return made.path;
}

/** A server whose rows are behind the log for as long as nobody looks at a list; they would be written after five seconds, which this does not wait for. */
async function serverThatIsBehind() {
  const home = await place('behind');
  const server = await startServer({ home });
  onTestFinished(() => server.kill());
  const { id: project } = await server.call<{ id: string }>('POST', '/projects', { path: home });
  const said: string[] = [];
  const say = async (text: string) => {
    const note = { project, to: { topic: 'owner.note' }, text };
    said.push((await server.call<{ id: string }>('POST', '/messages', note)).id);
  };
  return { home, server, said, say };
}

/** Says more and more, until what is done then is over before its rows are written. */
async function whileBehind<T>(
  { home, say }: Awaited<ReturnType<typeof serverThatIsBehind>>,
  deed: () => Promise<T>,
  isBehind: (done: T) => boolean | Promise<boolean> = () => isBehindIn(home),
): Promise<T> {
  for (;;) {
    for (let n = 0; n < 10; n += 1) await say(`note ${n}`);
    const done = await deed();
    if (await isBehind(done)) return done;
  }
}

const isBehindIn = async (directory: string): Promise<boolean> => {
  const frozen = await openFrozenJournal(directory);
  await frozen.close();
  return frozen.rowsSeq < frozen.head;
};

interface Answer {
  seq?: number;
  findings?: { part: string; status: string; message: string }[];
  error?: unknown;
}

const fusionKit = (home: string, ...words: string[]): Promise<Answer> =>
  new Promise((resolve) => {
    const env = { ...process.env, FUSION_KIT_HOME: home };
    execFile(process.execPath, [COMMAND, ...words, '--json'], { env }, (_failed, out) =>
      resolve(JSON.parse(out) as Answer),
    );
  });

/** All that was said is there once, in rows too, and these are what the log leads to. */
async function expectWhole(home: string, said: readonly string[]): Promise<void> {
  const { entries, byRows, byLog } = await inspectData(home);
  expect(byRows).toBe(byLog);
  expect(await isBehindIn(home)).toBe(false);
  const sent = entries.flatMap(({ event }) => (event.type === 'message.sent' ? [String(event.messageId)] : []));
  expect(sent).toEqual(said);
}

it('a backup of a server whose rows are behind is restored to the rows of its last event', async () => {
  const behind = await serverThatIsBehind();
  const backups = await place('backups');
  let number = 0;
  const target = () => join(backups, String(number));
  const backUp = () => fusionKit(behind.home, 'backup', join(backups, String((number += 1))));
  const { seq, error } = await whileBehind(behind, backUp, () => isBehindIn(target()));
  expect(error).toBeUndefined();
  const restored = join(backups, 'restored');
  expect(await fusionKit(behind.home, 'restore', target(), '--home', restored)).toMatchObject({ seq, warnings: [] });
  await expectWhole(restored, behind.said);
}, 120_000);

it('after a death, rows that are behind are no damage; the next start has them, from the archive where events are there already', async () => {
  const behind = await serverThatIsBehind();
  const { home, server, said } = behind;
  await whileBehind(
    behind,
    () => server.call<{ end: number }>('POST', '/archive', { keepEvents: 1 }),
    async ({ end }) => {
      const frozen = await openFrozenJournal(home);
      await frozen.close();
      return frozen.rowsSeq < end;
    },
  );
  await server.kill();
  expect(await isBehindIn(home)).toBe(true);
  const { findings = [] } = await fusionKit(home, 'recover');
  expect(findings.filter(({ part }) => part === 'rows' || part === 'log')).toMatchObject([
    { status: 'ok' },
    { status: 'ok', message: 'what the log leads to' },
  ]);
  expect(await isBehindIn(home)).toBe(true); // it only looked
  const next = await startServer({ home });
  await next.kill();
  await expectWhole(home, said);
}, 120_000);
