import { realpathSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Workbench } from './host-tool.ts';
import { HOST_TOOLS } from './host-tools.ts';
import { killGroup } from './kill-group.ts';
import type { HostAnswer, HostCall, HostReady } from './wire.ts';

// The process inside the cage. One JSON document a line: calls on stdin, answers on stdout.
// It ends, with everything it started, when stdin closes: so it cannot outlive the server.

const bench: Workbench = { workspace: realpathSync(process.cwd()), processGroups: new Set() };
const tools = new Map(HOST_TOOLS.map((tool) => [tool.name, tool]));

function end(): never {
  for (const group of bench.processGroups) killGroup(group);
  process.exit(0);
}
process.on('SIGTERM', end);
process.on('SIGINT', end);
process.on('SIGHUP', end);
process.stdout.on('error', end);

const say = (line: HostAnswer | HostReady) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function answer({ id, tool, input }: HostCall): Promise<HostAnswer> {
  try {
    const known = tools.get(tool);
    if (!known) throw new Error(`the tool process has no tool ${tool}`);
    return { id, output: await known.run(input, bench), isError: false };
  } catch (thrown) {
    return { id, output: thrown instanceof Error ? thrown.message : String(thrown), isError: true };
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => void answer(JSON.parse(line) as HostCall).then(say))
  .on('close', end);
say({ ready: true });
