import { Replay, RunDiff, Started } from '@fusion-kit/domain/api';
import type { EventView } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import { RunId } from '@fusion-kit/domain/ids';
import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { argument, budgetOf, BudgetOptions, optionsOf, Pairs } from '../options.ts';
import { eventLine } from '../output/event-line.ts';
import { duration } from '../output/figures.ts';
import { plain } from '../output/plain.ts';
import { shownState } from '../output/states.ts';
import { tableText } from '../output/table.ts';
import { namesOf } from '../print-events.ts';
import { connect } from '../server/connect.ts';
import { watchStarted } from './run.ts';

const pathOf = (id: string): string => `/runs/${encodeURIComponent(runId(id))}`;

/** @throws {FusionError} `run_unknown` when it is no id of a run at all */
function runId(id: string): string {
  if (RunId.safeParse(id).success) return id;
  throw new FusionError('run_unknown', `${id} is no id of a run`);
}

const Fork = BudgetOptions.extend({
  at: z.string().optional(),
  from: z.string().optional(),
  input: Pairs.default({}),
  runtime: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  detach: z.boolean().default(false),
});

/**
 * A new run that keeps what another has done: `run fork --at NODE` begins anew at a node; `run rerun` does what the run did not complete, or from a node on.
 * Both ask the server for the same.
 */
export async function forkRun(call: Call): Promise<Answer> {
  const options = optionsOf(call, Fork);
  const { at, from = at, input, detach, runtime, provider, model } = options;
  const budget = budgetOf(options);
  const connection = await connect(call);
  const asked = {
    node: from,
    inputs: input,
    runtime,
    provider,
    model,
    ...(Object.keys(budget).length > 0 && { budget }),
  };
  const { run } = await connection.client.post(`${pathOf(argument(call, 0, '<run>'))}/fork`, Started, asked);
  return watchStarted(call, connection, run, detach);
}

/** A new run of the same definition from the same commit, whose models answer from the record of the first. */
export async function reenactRun(call: Call): Promise<Answer> {
  const { detach } = optionsOf(call, z.object({ detach: z.boolean().default(false) }));
  const connection = await connect(call);
  const { run } = await connection.client.post(`${pathOf(argument(call, 0, '<run>'))}/reenact`, Started, {});
  return watchStarted(call, connection, run, detach);
}

/** A run folded from its events, up to a number of the log or to its end, and whether that is what the rows say. */
export async function replayRun(call: Call): Promise<Answer> {
  const { to } = optionsOf(call, z.object({ to: z.coerce.number('a number of an event').int().positive().optional() }));
  const { client } = await connect(call);
  const replay = await client.get(`${pathOf(argument(call, 0, '<run>'))}/replay`, Replay, { query: { to } });
  const { run, tasks, seq, events, hash, live } = replay;
  return {
    data: replay,
    ok: live === undefined || live === hash,
    text: (paint, columns) =>
      [
        `${paint.bold(plain(run.name))}  ${shownState(run.state, paint)}  ${paint.dim(`as of event ${seq}, folded from ${events} events`)}\n\n`,
        tableText(
          {
            head: ['task', 'state', 'attempts', 'time', 'why'],
            rows: tasks.map((task) => [
              task.node,
              shownState(task.state, paint, task.state === 'running' ? (task.phase ?? task.state) : task.state),
              task.fence === 0 ? '' : String(task.fence),
              task.startedAt === undefined || task.finishedAt === undefined
                ? ''
                : duration(task.finishedAt - task.startedAt),
              plain(task.failure?.message ?? task.reason ?? ''),
            ]),
            empty: 'no tasks yet',
          },
          paint,
          columns,
        ),
        `\n${paint.dim('state')} ${hash}\n`,
        live === undefined
          ? ''
          : live === hash
            ? `${paint.green('✓')} the rows are the same\n`
            : `${paint.red('✗')} the rows are another state: ${live}\n  → fusion-kit recover\n`,
      ].join(''),
  };
}

/** Where two runs go apart. */
export async function diffRuns(call: Call): Promise<Answer> {
  const [one, other] = [argument(call, 0, '<run>'), argument(call, 1, '<other>')];
  const { client } = await connect(call);
  const diff = await client.get(`${pathOf(one)}/diff`, RunDiff, { query: { with: runId(other) } });
  const names = call.json ? new Map<string, string>() : await namesOf(client);
  return {
    data: diff,
    text: (paint, columns) => {
      if (diff.same) return `${paint.green('✓')} the same ${diff.agreeing} events\n`;
      const line = (entry: EventView | undefined): string =>
        entry === undefined
          ? paint.dim('nothing more')
          : `${paint.dim(`#${entry.seq}`)} ${eventLine(entry, { nameOf: (id) => names.get(id), paint, columns })}`;
      return [
        `${diff.agreeing} events agree, then ${diff.node === undefined ? 'the runs' : `node ${paint.bold(diff.node)}`} differ${diff.node === undefined ? '' : 's'}\n`,
        `  ${one}  ${line(diff.one)}\n`,
        `  ${other}  ${line(diff.other)}\n`,
      ].join('');
    },
  };
}
