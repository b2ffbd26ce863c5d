import { findPackageJSON } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CageSpec } from '@fusion-kit/domain/ports/sandbox';
import type { Bridge } from '@fusion-kit/domain/ports/workspaces';

const HERE = fileURLToPath(import.meta.url);
const FORWARDER = join(dirname(HERE), `forwarder${extname(HERE)}`);
/** The forwarder, and the manifest that tells Node that it is a module. */
const CODE = [FORWARDER, findPackageJSON(import.meta.url)].filter((path) => path !== undefined);
/** Beside every agent one of these runs: it holds pieces of what is carried, and nothing else. */
const SMALL = ['--max-semi-space-size=1', '--max-old-space-size=64', '--v8-pool-size=0'];

/** The command line that, inside a cage without network, runs a command with a bridge beside it, and what it has to be able to read. */
export function acrossBridge(
  { socket, port, loopback = [] }: Bridge,
  command: string,
  args: readonly string[],
): Required<Pick<CageSpec, 'command' | 'args' | 'readable'>> {
  return {
    command: process.execPath,
    args: [...SMALL, FORWARDER, socket, [port, ...loopback].join(','), command, ...args],
    // The socket alone and not its directory: there lie the sockets of others.
    readable: [...CODE, socket],
  };
}
