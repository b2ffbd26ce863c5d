import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { RunnerEnd } from '@fusion-kit/domain/ports/transport';
import type { Workspace } from '@fusion-kit/domain/ports/workspaces';
import type { RunnerReport } from '@fusion-kit/domain/runner-protocol';
import type { Redactor } from './redactor.ts';

/** Blobs that the secrets of a dispatch do not get into. */
export const guardedBlobs = (blobs: Blobs, redactor: () => Redactor): Blobs => ({
  put: (text) => blobs.put(redactor().text(text)),
  get: (blob) => blobs.get(blob),
});

/** Reports that the secrets of a dispatch do not get into. What is only shown comes in pieces, and a secret may lie across them. */
export function guardedEnd(end: RunnerEnd, redactor: () => Redactor): RunnerEnd {
  let shown: { by: Redactor; stream: ReturnType<Redactor['stream']> } | undefined;
  const streamOf = (by: Redactor) => {
    if (shown?.by !== by) shown = { by, stream: by.stream() };
    return shown.stream;
  };
  return {
    onCommand: (handle) => end.onCommand(handle),
    async report(report: RunnerReport) {
      const by = redactor();
      if (report.type === 'dispatch.delta') {
        const text = streamOf(by).add(report.text);
        return text === '' ? { ok: true } : end.report({ ...report, text });
      }
      const rest = shown?.stream.end();
      if (rest && 'caller' in report)
        void end
          .report({ type: 'dispatch.delta', caller: report.caller, token: report.token, text: rest })
          .catch(() => {});
      return end.report(by.data(report));
    },
  };
}

/** A workspace whose scripts tell no secret: what is made of their output may cut through one. */
export const guardedWorkspace = (workspace: Workspace, redactor: Redactor): Workspace => ({
  ...workspace,
  run: async (script, options, signal) => redactor.data(await workspace.run(script, options, signal)),
});
