import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import { AgentId, DispatchId, ProjectId, RunId, TaskId } from '@fusion-kit/domain/ids';
import type { Meter, Upstream, Wire } from '@fusion-kit/domain/ports/upstream';

/** Whether a provider keeps one rule. */
export interface Finding {
  name: string;
  ok: boolean;
  message: string;
}

/** Nobody's: whatever is asked for it must be refused. */
const NOBODY = {
  projectId: ProjectId.parse('prj_00000000000000000000000000'),
  runId: RunId.parse('run_00000000000000000000000000'),
  taskId: TaskId.parse('tsk_00000000000000000000000000'),
  agentId: AgentId.parse('agt_00000000000000000000000000'),
  dispatchId: DispatchId.parse('dsp_00000000000000000000000000'),
};
/** No provider has it: should a provider send what it must not send, the answer costs nothing. */
const NO_MODEL = 'fusion-kit/no-such-model';

const QUESTIONS: Record<Wire, { path: string; body: object }> = {
  'openai-chat': { path: '/chat/completions', body: { messages: [{ role: 'user', content: 'hello' }], max_tokens: 1 } },
  'openai-responses': { path: '/responses', body: { input: 'hello', max_output_tokens: 16 } },
  'anthropic-messages': {
    path: '/v1/messages',
    body: { messages: [{ role: 'user', content: 'hello' }], max_tokens: 1 },
  },
  gemini: {
    path: `/v1beta/models/no-such-model:generateContent`,
    body: { contents: [{ role: 'user', parts: [{ text: 'hello' }] }], generationConfig: { maxOutputTokens: 1 } },
  },
};

/**
 * Tries a provider against the rules of the port as far as that costs nothing: its check and its list are asked for, and answers only in ways that
 * must be refused before anything is sent.
 *
 * @param make makes it with a meter that refuses everything, and a `fetch` that counts what passes
 */
export async function inspect(
  make: (parts: { meter: Meter; fetch: typeof globalThis.fetch }) => Promise<Upstream>,
): Promise<Finding[]> {
  const asked: string[] = [];
  let sent = 0;
  const meter: Meter = {
    async reserve() {
      asked.push('reserve');
      throw new FusionError('budget_exceeded', 'nothing may be spent');
    },
    settle: async () => undefined,
  };
  const fetch: typeof globalThis.fetch = (input, init) => {
    if (init?.method === 'POST' || (input instanceof Request && input.method === 'POST')) sent += 1;
    return globalThis.fetch(input, init);
  };
  const upstream = await make({ meter, fetch });
  const refusal = (url: string, body: object, signal?: AbortSignal) =>
    upstream
      .fetch(NOBODY, url, {
        method: 'POST',
        body: JSON.stringify({ model: NO_MODEL, ...body }),
        ...(signal && { signal }),
      })
      .then(
        () => undefined,
        (error: unknown) => error,
      );
  const codeOf = (error: unknown) => (error instanceof FusionError ? error.code : String(error));

  const findings: Finding[] = [];
  const status = await upstream.check().catch((error: unknown) => ({ ok: false, failure: asFusionError(error) }));
  findings.push({ name: 'answers', ok: status.ok, message: status.failure?.message ?? 'it can be used' });
  if (upstream.models) {
    const models = await upstream.models().catch((error: unknown) => asFusionError(error));
    const failed = models instanceof FusionError;
    findings.push({
      name: 'lists its models',
      ok: !failed,
      message: failed ? models.message : `${models.length} models`,
    });
  }
  const wires = Object.entries(upstream.wires) as [Wire, string][];
  findings.push({
    name: 'speaks a format',
    ok: wires.length > 0,
    message: wires.map(([wire]) => wire).join(', ') || 'none',
  });

  const elsewhere = await refusal('http://127.0.0.1:9/v1/chat/completions', QUESTIONS['openai-chat'].body);
  findings.push({
    name: 'goes nowhere but to its own place',
    ok: elsewhere instanceof FusionError && elsewhere.code === 'provider_failed' && sent === 0,
    message: elsewhere === undefined ? 'it answered for another address' : codeOf(elsewhere),
  });
  for (const [wire, base] of wires) {
    const { path, body } = QUESTIONS[wire];
    const stopped = AbortSignal.abort(new Error('stopped'));
    const aborted = await refusal(`${base}${path}`, body, stopped);
    findings.push({
      name: `stops when told to (${wire})`,
      ok: aborted === stopped.reason && sent === 0,
      message: aborted === stopped.reason ? 'before anything was sent' : codeOf(aborted),
    });
    asked.length = 0;
    const unpaid = await refusal(`${base}${path}`, body);
    findings.push({
      name: `asks for money first (${wire})`,
      ok: asked.length > 0 && sent === 0 && unpaid instanceof FusionError && unpaid.code === 'budget_exceeded',
      message: sent > 0 ? 'it sent a request that nothing was held for' : codeOf(unpaid),
    });
  }
  return findings;
}
