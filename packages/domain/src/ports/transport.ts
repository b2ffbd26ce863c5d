import type { RunnerCommand, RunnerReport, ReportAnswer } from '../runner-protocol.ts';

/** The engine's end: commands go out, reports come in. Everything that crosses is JSON. */
export interface EngineEnd {
  /** Hands a command over, at least once. Resolves when the transport has it. */
  send(command: RunnerCommand): Promise<void>;
  /** The one handler of reports; its answer goes back to the runner that asked. */
  onReport(handler: (report: RunnerReport) => Promise<ReportAnswer>): void;
}

/** The runner's end. */
export interface RunnerEnd {
  onCommand(handler: (command: RunnerCommand) => void): void;
  /** Resolves when the engine has kept the report (or refused it: the answer says so). */
  report(report: RunnerReport): Promise<ReportAnswer>;
}
