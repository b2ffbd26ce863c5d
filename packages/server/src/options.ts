import type { Health, NewProvider, ProviderFindings, ProviderView } from '@fusion-kit/domain/api';
import type { DispatchId } from '@fusion-kit/domain/ids';
import type { LeashUsage } from '@fusion-kit/domain/leash';
import type { WorkflowReader } from '@fusion-kit/domain/ports/workflow-reader';
import type { RuntimeView } from '@fusion-kit/domain/runtime-view';
import type { Engine } from '@fusion-kit/engine/engine';
import type * as z from 'zod';

/** How the stream treats its WebSockets; the defaults are right for everything but tests. */
export interface SocketLimits {
  /** Sockets at the same time; the next one is refused with `connections_exhausted`. */
  maxSockets: number;
  pingEveryMs: number;
  /** What may wait for a slow client before its part of the log is read no further. */
  bufferMaxBytes: number;
}

export const SOCKET_LIMITS: SocketLimits = { maxSockets: 256, pingEveryMs: 20_000, bufferMaxBytes: 8_000_000 };

/** What a server is made of; the composition root gives it everything it touches. */
export interface ServerOptions {
  engine: Engine;
  /** What `Authorization: Bearer` must carry. */
  token: string;
  version: string;
  dataDir: string;
  sandbox: Health['sandbox'];
  /** What keeps agents to what. */
  leash?: Health['leash'] | undefined;
  /** Milliseconds since 1970, as `clock` gives them. */
  startedAt: number;
  clock: () => number;
  /** The built page; without it only the API is served. */
  dashboardDir?: string | undefined;
  workflows: WorkflowReader;
  providers: {
    list(): Promise<ProviderView[]>;
    /** @throws {FusionError} `provider_exists`, `provider_package_invalid` */
    add(provider: z.output<typeof NewProvider>): Promise<ProviderView>;
    /** Forgets one that was added. @throws {FusionError} `provider_unknown` */
    remove(id: string): Promise<ProviderView>;
    /** @throws {FusionError} `provider_unknown` */
    inspect(id: string): Promise<ProviderFindings>;
  };
  runtimes: {
    /** What agents may work with here. @throws {FusionError} `provider_unknown` */
    list(provider: string | undefined): Promise<RuntimeView[]>;
  };
  /** Of agents that name no provider. */
  defaultProvider?: string | undefined;
  /** How the machine is and what its agents take. */
  machine?: (() => NonNullable<Health['machine']>) | undefined;
  /** What the processes and files of a dispatch take, as of the last look. */
  holds?: ((dispatchId: DispatchId) => LeashUsage | undefined) | undefined;
  /** Called once `POST /shutdown` is answered; whoever made the server then closes it and the engine. */
  onShutdown?: (() => void) | undefined;
  /** Host names by which the server may be called besides the loopback ones; with a port when it differs from the listening one. */
  allowedHosts?: readonly string[] | undefined;
  /** Where unexpected errors go, with their stack. */
  log?: ((message: string, error: unknown) => void) | undefined;
  sockets?: Partial<SocketLimits> | undefined;
}
