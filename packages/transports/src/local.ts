import { FusionError } from '@fusion-kit/domain/errors';
import type { EngineEnd, RunnerEnd } from '@fusion-kit/domain/ports/transport';
import type { ReportAnswer, RunnerCommand, RunnerReport } from '@fusion-kit/domain/runner-protocol';

/** Both ends of one wire inside the process. What crosses is copied as JSON, so nothing can be shared that another machine could not get. */
export function localTransport(): { engine: EngineEnd; runner: RunnerEnd } {
  let handleReport: ((report: RunnerReport) => Promise<ReportAnswer>) | undefined;
  let handleCommand: ((command: RunnerCommand) => void) | undefined;
  const early: RunnerCommand[] = [];
  return {
    engine: {
      async send(command) {
        const copy = copied(command);
        if (handleCommand) handleCommand(copy);
        else early.push(copy);
      },
      onReport(handler) {
        handleReport = handler;
      },
    },
    runner: {
      onCommand(handler) {
        handleCommand = handler;
        for (const command of early.splice(0)) handler(command);
      },
      async report(report) {
        if (!handleReport) throw new FusionError('shutting_down', 'no engine takes reports yet');
        return copied(await handleReport(copied(report)));
      },
    },
  };
}

const copied = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;
