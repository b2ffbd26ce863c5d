import { EVENT_MAX } from '@fusion-kit/domain/event';
import type { Snapshot, VerificationResult } from '@fusion-kit/domain/ports/workspaces';
import { Receipt } from '@fusion-kit/domain/receipt';
import { mapBlobs, sampleStart, scriptedWorkspaces } from '@fusion-kit/testing/runner-parts';
import { expect, it } from 'vitest';
import { prove } from './prove.ts';

const base = 'a'.repeat(40);
const commit = 'b'.repeat(40);
const changed: Snapshot = { base, commit, files: [{ path: 'src/a.js', change: 'modified' }] };

async function proved(snapshot: Snapshot, work: object = {}, result?: VerificationResult) {
  const blobs = mapBlobs();
  const start = sampleStart({ base, work: { ...sampleStart().work, ...work } });
  const verified: unknown[] = [];
  const workspaces = scriptedWorkspaces({
    snapshot,
    verify: async (check) => {
      verified.push(check);
      return result ?? { passed: true, checks: [], sandbox: 'bubblewrap' };
    },
  });
  const workspace = await workspaces.open(start.caller.agentId, start.project);
  const proof = await prove({ start, workspace, workspaces, blobs }, new AbortController().signal);
  expect(Receipt.parse(proof.receipt)).toEqual(proof.receipt);
  return { receipt: proof.receipt, failure: proof.failure, verified, blobs };
}

it('without commands to verify by, says what changed and that nothing verified it', async () => {
  const { receipt, failure, verified } = await proved(changed);
  expect(failure).toBeUndefined();
  expect(receipt).toEqual({
    kind: 'unverified',
    base,
    commit,
    files: changed.files,
    fileCount: 1,
    checks: [],
    sandbox: 'none',
  });
  expect(verified).toEqual([]);
});

it('verifies exactly the commit that was collected', async () => {
  const checks = [{ command: 'test -s a', exitCode: 0, durationMs: 3, output: 'fine' }];
  const result = { passed: true, checks, sandbox: 'bubblewrap' };
  const { receipt, failure, verified } = await proved(changed, { verify: ['test -s a'] }, result);
  expect(verified).toMatchObject([{ commit, commands: ['test -s a'] }]);
  expect(failure).toBeUndefined();
  expect(receipt).toMatchObject({ kind: 'verified', commit, checks, sandbox: 'bubblewrap' });
});

it('verifies where the run stands when nothing was changed', async () => {
  const { verified } = await proved({ files: [] }, { verify: ['true'] });
  expect(verified).toMatchObject([{ commit: base }]);
});

it('rejects a task that was to change files and changed none, before anything is run', async () => {
  const { failure, verified } = await proved({ base, files: [] }, { expectsChanges: true, verify: ['true'] });
  expect(failure).toMatchObject({ code: 'nothing_changed', message: expect.stringContaining('Build it') });
  expect(verified).toEqual([]);
});

it('takes a change of one of the files that the task is about as evidence, and nothing else', async () => {
  const named = { files: ['src/a.js', 'docs'] };
  expect(await proved(changed, named)).toMatchObject({ receipt: { kind: 'files', commit } });
  const { receipt, failure, verified } = await proved(
    { base, commit, files: [{ path: 'src/b.js', change: 'modified' }] },
    { ...named, verify: ['true'] },
  );
  expect(receipt.kind).toBe('unverified');
  expect(failure).toMatchObject({ code: 'nothing_changed', message: expect.stringContaining('src/a.js, docs') });
  expect(verified).toEqual([]);
});

it('what verified it says more than which files changed', async () => {
  expect(await proved(changed, { files: ['src'], verify: ['true'] })).toMatchObject({ receipt: { kind: 'verified' } });
});

it('rejects changes outside of what may be written, names them, and counts where a renamed file was', async () => {
  const files: Snapshot['files'] = [
    { path: 'src/a.js', change: 'modified' },
    { path: 'src/b.js', change: 'renamed', from: 'lib/b.js' },
    { path: 'test/c.js', change: 'deleted' },
  ];
  const { receipt, failure } = await proved({ base, commit, files }, { writes: ['src/**'] });
  expect(receipt).toMatchObject({ kind: 'unverified', outsideCount: 2, fileCount: 3 });
  expect(failure).toMatchObject({ code: 'out_of_scope', message: expect.stringContaining('lib/b.js, test/c.js') });
  expect(await proved(changed, { writes: ['src'] })).toMatchObject({
    failure: undefined,
    receipt: { outsideCount: 0 },
  });
});

it('rejects what its verification rejects, with the command, its exit code and the end of its output', async () => {
  const output = `${'noise\n'.repeat(10_000)}expected 3, found 4\n`;
  const checks = [
    { command: 'true', exitCode: 0, durationMs: 1, output: '' },
    { command: 'npm test', exitCode: 7, durationMs: 1, output },
  ];
  const { receipt, failure, blobs } = await proved(
    changed,
    { verify: ['true', 'npm test'] },
    { passed: false, checks, sandbox: 'none' },
  );
  expect(failure).toMatchObject({ code: 'verification_failed' });
  expect(failure?.message).toMatch(/^`npm test` ended with 7:\n[^]*expected 3, found 4$/);
  const kept = receipt.checks[1]?.output;
  expect(typeof kept === 'object' && (await blobs.get(kept.blob))).toBe(output);
});

it('has room in an event for whatever was changed and whatever was printed', async () => {
  const files = Array.from({ length: 5_000 }, (_, n) => ({
    path: `src/${'deep/'.repeat(40)}file "${n}".java`,
    change: 'added' as const,
  }));
  const checks = Array.from({ length: 10 }, () => ({
    command: '\n'.repeat(2_000),
    exitCode: 0,
    durationMs: 1,
    output: '\u001B'.repeat(100_000),
  }));
  const { receipt } = await proved(
    { base, commit, files },
    { verify: ['x'] },
    { passed: true, checks, sandbox: 'none' },
  );
  expect(receipt.fileCount).toBe(5_000);
  expect(receipt.files.length).toBeGreaterThan(5);
  expect(receipt.checks).toHaveLength(10);
  expect(JSON.stringify(receipt).length).toBeLessThan(EVENT_MAX - 7_000);
});
