import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import type { AgentDesk } from '@fusion-kit/domain/ports/agent-desk';
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  type McpHttpHandler,
  originValidationResponse,
} from '@modelcontextprotocol/server';
import { toolServer } from '../tool-server.ts';
import { refused } from './refused.ts';
import { AGENT_TOOLS } from './tools.ts';
import { Turnstile } from './turnstile.ts';

export interface McpOptions {
  /** Whose a token is; undefined when it is nobody's, or no longer. */
  clientOf: (token: string) => { desk: AgentDesk } | undefined;
  /** Told to programs as the server's version. */
  version: string;
}

/** A request with everything an agent may give in it. */
const BODY_MAX_BYTES = 2_000_000;
/** Requests and calls of one dispatch at a time, and how many streams that only listen. */
const UNDER_WAY_MAX = 32;
const LISTENING_MAX = 2;

const INSTRUCTIONS =
  'You work on one task of a team. Begin with fusion_task. Tell of milestones with fusion_progress, talk to colleagues with fusion_send_message and ' +
  'fusion_read_messages, ask people with fusion_ask_person, and end with fusion_finish.';

/**
 * The tools for agents at `/mcp`, by MCP over HTTP without sessions, for clients of the present protocol and of those before it. The bearer token names the dispatch and
 * dies with it: then, and for any other token, the answer is 401.
 */
export function mcpHandler({ clientOf, version }: McpOptions): (request: Request) => Promise<Response> {
  const seats = new WeakMap<AgentDesk, Seat>();
  return async (request) => {
    const foreign =
      hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
      originValidationResponse(request, localhostAllowedOrigins());
    if (foreign) return foreign;
    const desk = clientOf(bearerOf(request.headers))?.desk;
    if (!desk) return refused(stale());
    const seat = seats.get(desk) ?? new Seat(desk, version);
    seats.set(desk, seat);
    return seat.serve(request);
  };
}

/** One dispatch at the endpoint. Requests are counted while they are read, calls until they are answered: many may come in one request, and a request may be answered before. */
class Seat {
  readonly #handler: McpHttpHandler;
  readonly #requests = new Turnstile('requests', UNDER_WAY_MAX);
  readonly #calls = new Turnstile('calls', UNDER_WAY_MAX);

  constructor(desk: AgentDesk, version: string) {
    const within = (work: () => Promise<unknown>): Promise<unknown> => this.#calls.pass(work);
    this.#handler = createMcpHandler(
      () => toolServer({ version, instructions: INSTRUCTIONS, tools: AGENT_TOOLS, context: desk, within }),
      { maxRequestBodySize: BODY_MAX_BYTES, maxSubscriptions: LISTENING_MAX },
    );
  }

  serve(request: Request): Promise<Response> {
    return this.#requests
      .pass(() => this.#handler.fetch(request))
      .catch((thrown: unknown) => refused(asFusionError(thrown)));
  }
}

const bearerOf = (headers: Headers): string => /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? '';

const stale = () =>
  new FusionError('unauthorized', 'the token belongs to no task that is being worked on', {
    remedy: 'It ended with its task.',
  });
