import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { AgentSpec } from '@fusion-kit/domain/agent';
import type { Runtime, Turn } from '@fusion-kit/domain/ports/runtime';
import { ROOT } from '../real-server.ts';
import { openWorkingHouse, type WorkingHouse } from '../working-house.ts';
import type { Told, ToolCall } from './agent-program.ts';

export const PROGRAM = join(ROOT, 'tests/mcp/agent-program.ts');
export const READABLE = [join(ROOT, 'node_modules'), join(ROOT, 'tests/mcp'), join(ROOT, 'package.json')];

export type Era = 'legacy' | 'modern';

/** What the agent at a node does: calls, or any program that is given the address and the token. */
export type Play = readonly ToolCall[] | { program: string };

export interface ProgramHouse extends WorkingHouse {
  /** What the calls of each node were answered, of its last dispatch. */
  told: Map<string, Told[]>;
  /** The token of each dispatch, in order. */
  tokens: string[];
}

export interface ProgramHouseOptions {
  plays: Readonly<Record<string, Play>>;
  team?: readonly Partial<AgentSpec>[];
  era?: Era;
  sandbox?: 'bubblewrap' | 'none';
}

/** A house whose agents are programs in cages that know nothing but the tools of the house. */
export async function openProgramHouse({
  plays,
  team = [{}],
  era = 'legacy',
  sandbox = 'none',
}: ProgramHouseOptions): Promise<ProgramHouse> {
  const told: ProgramHouse['told'] = new Map();
  const tokens: string[] = [];
  const runtime: Runtime = {
    id: 'program',
    needsModel: () => false,
    async *run(turn, signal) {
      yield* [];
      const node = turn.title.replace('Do ', '');
      const play = plays[node] ?? [];
      const { url = '', token = '' } = turn.services ?? {};
      const env = {
        FUSION_KIT_URL: url,
        FUSION_KIT_TOKEN: token,
        OLD_TOKEN: tokens.at(-1) ?? '',
        ERA: era,
        CALLS: JSON.stringify(play),
      };
      tokens.push(token);
      const line = 'program' in play ? ['/bin/sh', '-euc', play.program] : [process.execPath, PROGRAM];
      const said = await printed(turn, line, env, signal);
      if ('program' in play) return { summary: said, outputs: {} };
      told.set(node, JSON.parse(said) as Told[]);
      return { summary: '', outputs: {} };
    },
  };
  const members = team.map((member) => ({ runtime: 'program', ...member }));
  const house = await openWorkingHouse({ sandbox, runtimes: [runtime], team: members });
  return { ...house, told, tokens };
}

async function printed(
  turn: Turn,
  [command = '', ...args]: string[],
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<string> {
  const line = turn.cage(command, args, { env, readable: READABLE, bridge: turn.services?.bridge });
  const child = spawn(line.command, line.args, { cwd: line.cwd, env: line.env, stdio: ['ignore', 'pipe', 'pipe'] });
  signal.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
  const [out, complaints] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (out === '') throw new Error(`the program said nothing but: ${complaints}`);
  return out;
}
