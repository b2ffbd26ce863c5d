import { resolve } from 'node:path';
import type { Outside } from '@fusion-kit/mcp/outside/outside';
import { serveOutside } from '@fusion-kit/mcp/outside/serve-outside';
import picocolors from 'picocolors';
import { accountName } from '../account.ts';
import type { Answer, Call } from '../call.ts';
import { describeFile, directoryOf, requireInside } from '../feature-files.ts';
import { eventLine } from '../output/event-line.ts';
import { projectAt } from '../references.ts';
import { connect } from '../server/connect.ts';
import { followEvents } from '../server/follow.ts';
import { readServerFile } from '../server/server-file.ts';
import { dataDirectoryOf } from '../data-directory.ts';
import { VERSION } from '../version.ts';
import { readWorkflowFile } from '../workflow-file.ts';
import { startFile } from './run.ts';

const LINE_COLUMNS = 300;

/** Serves MCP to the program that started it, on standard input and output, until that ends. */
export async function mcp(call: Call): Promise<Answer | undefined> {
  await serveOutside(outsideOf(call), VERSION, call.signal);
  return undefined;
}

function outsideOf(call: Call): Outside {
  const paint = picocolors.createColors(false);
  return {
    account: accountName(),
    api: async () => (await connect(call)).client,
    projectAt: async (directory) =>
      (await projectAt((await connect(call)).client, resolve(call.cwd, directory))).project,

    async start({ file, directory: named, inputs, runtime, provider, model }) {
      const directory = named === undefined ? await directoryOf(call, file) : resolve(call.cwd, named);
      const source = await readWorkflowFile(call, file);
      await requireInside(call, file, directory);
      const connection = await connect(call);
      const described = await describeFile(call, file, directory, { setup: [], check: [] });
      const start = { inputs, runtime, provider, model };
      return startFile(connection, { ...described, source, directory, start });
    },

    follow: (after, signal) =>
      followEvents({
        after,
        locate: () => readServerFile(dataDirectoryOf(call)),
        signal: AbortSignal.any([signal, call.signal]),
      }),
    line: (entry, nameOf) => eventLine(entry, { nameOf, paint, columns: LINE_COLUMNS }),
  };
}
