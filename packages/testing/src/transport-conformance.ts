import { failure } from '@fusion-kit/domain/errors';
import type { EngineEnd, RunnerEnd } from '@fusion-kit/domain/ports/transport';
import { RunnerCommand, RunnerReport } from '@fusion-kit/domain/runner-protocol';
import { describe, expect, it } from 'vitest';
import { sampleStart } from './runner-parts.ts';

export interface OpenedTransport {
  engine: EngineEnd;
  runner: RunnerEnd;
  close(): Promise<void>;
}

const start = sampleStart();
const { caller, token } = start;
const stop: RunnerCommand = { type: 'dispatch.stop', dispatchId: caller.dispatchId, reason: 'enough' };
const started: RunnerReport = { type: 'dispatch.started', caller, token };

/** What every transport between an engine and its runners promises. `open` makes both ends of a new one. */
export function transportConformance(name: string, open: () => Promise<OpenedTransport>): void {
  const opened = async (work: (ends: OpenedTransport) => Promise<void>) => {
    const ends = await open();
    try {
      await work(ends);
    } finally {
      await ends.close();
    }
  };
  /** The next commands of a runner, as they come. */
  const commandsOf = ({ runner }: OpenedTransport, count: number): Promise<RunnerCommand[]> =>
    new Promise((resolve) => {
      const commands: RunnerCommand[] = [];
      runner.onCommand((command) => {
        commands.push(command);
        if (commands.length === count) resolve(commands);
      });
    });

  describe(`the transport ${name}`, () => {
    it('hands every command over, in order, whole', () =>
      opened(async (ends) => {
        const arrived = commandsOf(ends, 2);
        await ends.engine.send(start);
        await ends.engine.send(stop);
        const commands = await arrived;
        expect(commands).toEqual([start, stop]);
        expect(commands.map((command) => RunnerCommand.parse(command))).toEqual(commands);
      }));

    it('keeps commands for a runner that has not come yet', () =>
      opened(async (ends) => {
        await ends.engine.send(start);
        await ends.engine.send(stop);
        expect(await commandsOf(ends, 2)).toEqual([start, stop]);
      }));

    it('hands over what a command was when it was sent, and shares nothing', () =>
      opened(async (ends) => {
        const arrived = commandsOf(ends, 1);
        const changing = structuredClone(start);
        await ends.engine.send(changing);
        changing.title = 'Something else';
        changing.agent.capabilities.push('everything');
        const [command] = await arrived;
        expect(command).toEqual(start);
      }));

    it('answers a report with what the engine says, to the one who asked', () =>
      opened(async ({ engine, runner }) => {
        const seen: RunnerReport[] = [];
        const refusal = failure('dispatch_stale', 'it is over', { details: { fence: 2 }, retryAfterMs: 5 });
        engine.onReport(async (report) => {
          seen.push(report);
          if (report.type === 'budget.reserve') return { ok: true, id: `for ${report.tokens}` };
          return report.type === 'dispatch.started' ? { ok: true } : { ok: false, failure: refusal };
        });
        const reserve = (tokens: number) =>
          runner.report({ type: 'budget.reserve', caller, token, tokens, costUsd: null });
        expect(await runner.report(started)).toEqual({ ok: true });
        expect(await Promise.all([reserve(1), reserve(2)])).toEqual([
          { ok: true, id: 'for 1' },
          { ok: true, id: 'for 2' },
        ]);
        expect(await runner.report({ type: 'dispatch.delta', caller, token, text: 'x' })).toEqual({
          ok: false,
          failure: refusal,
        });
        expect(seen[0]).toEqual(started);
        expect(seen.map((report) => RunnerReport.parse(report))).toEqual(seen);
      }));

    it('resolves a report only when the engine has kept it', () =>
      opened(async ({ engine, runner }) => {
        let keep = () => {};
        const kept = new Promise<void>((resolve) => (keep = resolve));
        engine.onReport(async () => {
          await kept;
          return { ok: true };
        });
        let answered = false;
        const answer = runner.report(started).then(() => (answered = true));
        await new Promise((resolve) => setImmediate(resolve));
        expect(answered).toBe(false);
        keep();
        expect(await answer).toBe(true);
      }));

    it('refuses a report that no engine takes', () =>
      opened(async ({ runner }) => {
        await expect(runner.report(started)).rejects.toMatchObject({ code: 'shutting_down' });
      }));
  });
}
