import { setImmediate as nextRound } from 'node:timers/promises';
import {
  client,
  type ClientConnection,
  methods,
  type NewSessionResponse,
  PROTOCOL_VERSION,
  RequestError,
} from '@agentclientprotocol/sdk';
import { FusionError } from '@fusion-kit/domain/errors';
import { cutText } from '@fusion-kit/domain/kept-text';
import type { Turn } from '@fusion-kit/domain/ports/runtime';
import { within } from '../model-loop/tool-host/within.ts';
import { unlessAborted } from '../model-loop/unless-aborted.ts';
import type { LaunchedProgram } from '../programs/launched.ts';
import { inputOf } from './call-texts.ts';
import { answerOf, askedFor, type PermissionAnswer, PermissionRequest } from './permission.ts';
import type { ProgramProcess } from './program-process.ts';
import type { Scribe } from './scribe.ts';
import { SessionNotification, SessionUpdate } from './session-update.ts';
import { PromptEnd } from './usage.ts';

const AUTH_REQUIRED = -32_000;
const VERSION_MAX = 100;
const REASON_MAX = 1_500;
/** Of what a program printed before it failed, the end is told: it goes into lists, and to the next attempt. */
const COMPLAINTS_MAX = 400;

/** One conversation of a program. */
export interface Session {
  readonly id: string;
  /** Whether it goes on with one that it had before. */
  readonly resumed: boolean;
  readonly version: string | undefined;
  /** Milliseconds from its start to its first answer, and to its session. */
  readonly answeredMs: number;
  readonly openedMs: number;
  /** US dollars that it says this conversation has cost so far; undefined where it does not say. */
  costUsd(): number | undefined;
  /** Has it work until it stops. @throws {FusionError} `process_died`, `login_missing`, `program_failed` */
  prompt(text: string): Promise<PromptEnd>;
  /** Has it leave what it does; its prompt ends soon. */
  cancel(): void;
  /** What people said in their own words where it asked for a permission, since this was last asked: it has not heard of it. */
  unheard(): string[];
}

export interface SessionParts {
  turn: Turn;
  launched: LaunchedProgram;
  running: ProgramProcess;
  scribe: Scribe;
  /** The conversation to go on with. */
  before: string | undefined;
  startTimeoutMs: number;
}

/**
 * Shakes hands with a program and opens its session, with the house's tools in it. One that cannot go on with the conversation it had begins a new one.
 * @throws {FusionError} `process_died`, `login_missing`, `program_failed` also when it does not come up in time
 */
export async function openSession(parts: SessionParts, signal: AbortSignal): Promise<Session> {
  const { turn, launched, running, scribe, before, startTimeoutMs } = parts;
  const { program } = launched;
  const seen: { listens: boolean; costUsd: number | undefined } = { listens: false, costUsd: undefined };
  const asking = new Set<AbortController>();
  const unheard: string[] = [];

  const connection = client({ name: 'fusion-kit' })
    .onNotification(methods.client.session.update, raw, ({ params }) => {
      if (!seen.listens) return; // what it tells of a conversation that it loads was told before
      const update = SessionUpdate.safeParse(SessionNotification.safeParse(params).data?.update).data;
      if (!update) return scribe.alive(); // it thinks, for example
      if (update.sessionUpdate === 'usage_update' && update.cost?.currency === 'USD') seen.costUsd = update.cost.amount;
      scribe.see(update);
    })
    .onRequest(methods.client.session.requestPermission, raw, async ({ params }) => {
      const withdrawn = new AbortController();
      asking.add(withdrawn);
      try {
        const { answer, words } = await permitted(parts, params, AbortSignal.any([signal, withdrawn.signal]));
        if (words) unheard.push(words);
        return { outcome: answer };
      } finally {
        asking.delete(withdrawn);
      }
    })
    .connect(running.stream);

  const ask = <T>(request: Promise<T>): Promise<T> =>
    unlessAborted(
      request.catch((thrown: unknown) => failed(parts, thrown)),
      signal,
    );
  const soon = async <T>(doing: string, request: Promise<T>): Promise<T> => {
    const answer = await ask(
      within(
        request.then((given) => ({ given })),
        startTimeoutMs,
      ),
    );
    if (answer) return answer.given;
    throw new FusionError(
      'program_failed',
      `${program.title} did not ${doing} within ${startTimeoutMs} ms${last(running)}`,
    );
  };

  const startedAt = performance.now();
  const hello = await soon(
    'answer',
    connection.agent.request(methods.agent.initialize, {
      protocolVersion: PROTOCOL_VERSION,
      // It has its own files and shell, in the cage: those of a client would be outside.
      clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
      clientInfo: { name: 'fusion-kit', version: '1' },
    }),
  );
  const answeredMs = performance.now() - startedAt;
  if (hello.protocolVersion !== PROTOCOL_VERSION)
    throw new FusionError(
      'program_failed',
      `${program.title} speaks version ${hello.protocolVersion} of the protocol, fusion-kit version ${PROTOCOL_VERSION}`,
    );
  const methodId = program.acp?.gatewayAuthMethod;
  if (methodId !== undefined && turn.agent.credentials !== 'login' && turn.services)
    await soon('log in', connection.agent.request(methods.agent.authenticate, { methodId }));

  const { loadSession, mcpCapabilities } = hello.agentCapabilities ?? {};
  const place = { cwd: turn.workspacePath, mcpServers: mcpCapabilities?.http === false ? [] : houseTools(turn) };
  const loaded =
    before !== undefined && loadSession === true
      ? await soon('load its session', loadedSession(connection, { ...place, sessionId: before }))
      : false;
  const id = loaded
    ? before!
    : (await soon<NewSessionResponse>('open a session', connection.agent.request(methods.agent.session.new, place)))
        .sessionId;
  const version = launched.version ?? hello.agentInfo?.version;

  return {
    id,
    resumed: loaded,
    version: version?.slice(0, VERSION_MAX),
    answeredMs,
    openedMs: performance.now() - startedAt,
    costUsd: () => seen.costUsd,
    async prompt(text) {
      seen.listens = true;
      const request = { sessionId: id, prompt: [{ type: 'text' as const, text }] };
      const end = await ask(connection.agent.request(methods.agent.session.prompt, request));
      await nextRound(); // what it told before it stopped is still on its way through the client
      return PromptEnd.parse(end);
    },
    cancel() {
      for (const withdrawn of asking) withdrawn.abort();
      void connection.agent.notify(methods.agent.session.cancel, { sessionId: id }).catch(() => {});
    },
    unheard: () => unheard.splice(0),
  };
}

const raw = (params: unknown): unknown => params;

/** The tools of the house, where they are served. */
const houseTools = ({ services }: Turn) =>
  services
    ? [
        {
          type: 'http' as const,
          name: 'fusion',
          url: `${services.url}/mcp`,
          headers: [{ name: 'authorization', value: `Bearer ${services.token}` }],
        },
      ]
    : [];

/** Whether it goes on; a program that has lost its session says so in many ways, and begins anew. */
const loadedSession = (
  connection: ClientConnection,
  place: Parameters<typeof connection.agent.request<'session/load'>>[1],
): Promise<boolean> =>
  connection.agent.request(methods.agent.session.load, place).then(
    () => true,
    (thrown: unknown) => {
      if (thrown instanceof RequestError && thrown.code !== AUTH_REQUIRED) return false;
      throw thrown;
    },
  );

async function permitted(
  { turn, scribe }: SessionParts,
  params: unknown,
  signal: AbortSignal,
): Promise<{ answer: PermissionAnswer; words?: string | undefined }> {
  const cancelled = { answer: { outcome: 'cancelled' } } as const;
  const request = PermissionRequest.safeParse(params).data;
  if (!request) return cancelled;
  const call = { ...scribe.asked(request.toolCall), input: inputOf(request.toolCall) };
  if (signal.aborted) return cancelled; // it was one step too many
  const policy = turn.agent.permissions ?? 'allow';
  if (policy !== 'ask') return { answer: answerOf(request, policy) };
  return askedFor(turn, request, call, signal).catch(() => cancelled);
}

/** What became of a request that was not answered well. @throws {FusionError} always */
async function failed({ running, launched: { program } }: SessionParts, thrown: unknown): Promise<never> {
  if (thrown instanceof RequestError) {
    const reason = cutText(`${thrown.message}${detailsOf(thrown.data)}`, REASON_MAX);
    if (thrown.code === AUTH_REQUIRED)
      throw new FusionError('login_missing', `${program.title} is not logged in: ${reason}`, {
        remedy: program.loginHint,
      });
    throw new FusionError('program_failed', `${program.title}: ${reason}${last(running)}`, { cause: thrown });
  }
  // The connection is gone, and so is the program, or it soon will be.
  const how = await within(running.ended, 2_000);
  if (how !== undefined) throw new FusionError('process_died', `${program.title} ended: ${how}`, { cause: thrown });
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  throw new FusionError('program_failed', `${program.title} stopped talking: ${reason}${last(running)}`, {
    cause: thrown,
  });
}

const detailsOf = (data: unknown): string => {
  if (data === undefined || data === null) return '';
  return ` (${typeof data === 'string' ? data : JSON.stringify(data)})`;
};

const last = (running: ProgramProcess): string => {
  const said = running.complaints().trim().slice(-COMPLAINTS_MAX);
  return said ? `; it last said: ${said}` : '';
};
