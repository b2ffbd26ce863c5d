import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accessToken } from '@fusion-kit/cli/access-token';
import type { Entry } from '@fusion-kit/domain/entry';
import { fileBlobs } from '@fusion-kit/journals/blobs/file-blobs';
import { inspectData } from '../real-server.ts';
import type { Acknowledged } from './acknowledged.ts';

/** What is wrong with a data directory after a cut, opened by the parts that the next server opens it with; empty when all is well. */
export async function verdict(home: string, acknowledged: readonly Acknowledged[]): Promise<string[]> {
  if (!existsSync(home))
    return acknowledged.length > 0 ? [`the whole data directory is gone, with ${acknowledged.length} facts`] : [];
  const wrong: string[] = [];
  const token = await accessToken(home).catch((thrown: unknown) => void wrong.push(`the token: ${String(thrown)}`));
  const providers = await readFile(join(home, 'providers.json'), 'utf8').catch(() => '[]');
  let entries: readonly Entry[] = [];
  try {
    const found = await inspectData(home);
    entries = found.entries;
    if (found.byLog !== found.byRows) wrong.push('rows and folded log differ');
  } catch (thrown) {
    wrong.push(`the journal does not open: ${String(thrown)}: ${String(thrown instanceof Error ? thrown.cause : '')}`);
  }
  const gap = entries.findIndex((entry, at) => entry.seq !== at + 1);
  if (gap !== -1) wrong.push(`after event ${gap} comes ${entries[gap]?.seq}`);
  const logged = new Set(entries.map(({ event }) => factOf(event)));
  for (const fact of acknowledged) {
    const there =
      fact.kind === 'token'
        ? fact.token === token
        : fact.kind === 'provider'
          ? namesOf(providers).includes(fact.id)
          : logged.has(`${fact.kind} ${fact.id}`);
    if (!there) wrong.push(`acknowledged and lost: ${fact.kind} ${'id' in fact ? fact.id : ''}`);
  }
  if (providers !== '[]' && namesOf(providers).length === 0) wrong.push('providers.json is damaged');
  const blobs = fileBlobs(join(home, 'blobs'));
  for (const { seq, event } of entries) {
    for (const [, blob = ''] of JSON.stringify(event).matchAll(/"blob":"(sha256:[0-9a-f]{64})"/g))
      await blobs
        .get(blob)
        .catch((thrown: unknown) => wrong.push(`event ${seq} (${event.type}) has lost its text: ${String(thrown)}`));
  }
  return wrong;
}

function factOf(event: Entry['event']): string {
  switch (event.type) {
    case 'message.sent':
      return `message.sent ${event.messageId}`;
    case 'task.created':
      return `task.created ${event.taskId}`;
    case 'workflow.saved':
      return `workflow.saved ${event.workflowId}`;
    default:
      return '';
  }
}

function namesOf(providers: string): string[] {
  try {
    return (JSON.parse(providers) as { id: string }[]).map(({ id }) => id);
  } catch {
    return [];
  }
}
