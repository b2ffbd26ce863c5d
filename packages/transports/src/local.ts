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

/** A value as it would be after its way as JSON text. To make and read that text takes four times as long, which was most of what a task without work cost. */
function copied<Value>(value: Value): Value {
  if (typeof value === 'number' && !Number.isFinite(value)) return null as Value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => copied(each ?? null)) as Value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const field = (value as Record<string, unknown>)[key];
    if (field === undefined) continue;
    // A tool may be called with an argument of that name, which has to stay a field.
    if (key === '__proto__') Object.defineProperty(copy, key, { ...FIELD, value: copied(field) });
    else copy[key] = copied(field);
  }
  return copy as Value;
}

const FIELD = { configurable: true, enumerable: true, writable: true };
