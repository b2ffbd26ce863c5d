import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AgentSpec } from '@fusion-kit/domain/agent';
import type { FusionError } from '@fusion-kit/domain/errors';
import type { AgentDesk } from '@fusion-kit/domain/ports/agent-desk';
import type { TurnServices } from '@fusion-kit/domain/ports/runtime';
import type { Caller, Upstream } from '@fusion-kit/domain/ports/upstream';
import type { Workspace } from '@fusion-kit/domain/ports/workspaces';
import type { ForwardProxy } from '../outside/forward-proxy.ts';
import { openBridge } from './bridge.ts';
import { CAGE_PORT } from './cage-port.ts';
import type { Handler } from './request-listener.ts';
import { socketPlace } from './socket-place.ts';

/** Whom a token stands for. */
export interface ServiceClient {
  caller: Caller;
  /** Absent where the agent has no provider. */
  upstream: Upstream | undefined;
  /** What the house does for the agent beside models. */
  desk: AgentDesk;
  /** The model that the agent is to have, where it has one. */
  model: string | undefined;
  /** Told what came of each request for a model's answer: why it was refused or broke off, undefined when it is being answered. */
  readonly told: (failure: FusionError | undefined) => void;
}

/** What this process offers to the programs of agents. */
export interface OfferedServices {
  /** Absolute path, for sockets. */
  directory: string;
  /** Makes what answers the requests of one dispatch; whatever else a token is, it is nobody's. */
  serve: (clientOf: (token: string) => ServiceClient | undefined) => Handler;
}

const TOKEN_BYTES = 32;

export interface ServicesOf {
  caller: Caller;
  agent: AgentSpec;
  upstream: Upstream | undefined;
  desk: AgentDesk;
  workspace: Pick<Workspace, 'network'>;
  /** Asked at the same socket for what lies outside; only where the cage has no network. */
  proxy?: ForwardProxy | undefined;
}

/** Serves one dispatch, at a socket or port and under a token that are its own, until it is closed. What is under way then is broken off and settled first. */
export async function openServices(
  { directory, serve }: OfferedServices,
  { caller, agent, upstream, desk, workspace, proxy }: ServicesOf,
): Promise<TurnServices & { close(): Promise<void> }> {
  // Not the token that reports carry: who has this one can ask, and prove nothing.
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const expected = digest(token);
  let failure: FusionError | undefined;
  const client: ServiceClient = { caller, upstream, desk, model: agent.model, told: (told) => (failure = told) };
  const handle = serve((given) => (timingSafeEqual(digest(given), expected) ? client : undefined));

  const served = { token, failure: () => failure };
  if (workspace.network === 'host') {
    const { port, close } = await openBridge('loopback', handle);
    return { ...served, url: `http://127.0.0.1:${port}`, close };
  }
  const { path: socket, remove } = await socketPlace(directory);
  try {
    const { close } = await openBridge({ socket }, handle, {}, proxy);
    return {
      ...served,
      url: `http://127.0.0.1:${CAGE_PORT}`,
      bridge: { socket, port: CAGE_PORT },
      close: () => close().finally(remove),
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Of one length, and compared in constant time, so that the time of a refusal tells nothing about the token. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
