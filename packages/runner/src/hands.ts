import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import type { Workspace } from '@fusion-kit/domain/ports/workspaces';
import type { StartDispatch } from '@fusion-kit/domain/runner-protocol';
import type { WayOut } from './outside/way-out.ts';
import type { Pulse } from './pulse.ts';

/** What whoever carries out a task has at hand. */
export interface Hands {
  start: StartDispatch;
  workspace: Workspace;
  /** How what is started in the workspace reaches what it may, and the secrets it is given. */
  wayOut: WayOut;
  blobs: Blobs;
  pulse: Pulse;
  /** Aborts when the dispatch is stopped or its time is over. */
  signal: AbortSignal;
  /** Resolves when the event is kept. @throws {FusionError} what the engine refused with */
  readonly keep: (event: RuntimeEvent) => Promise<void>;
  /** Shows text as it comes; it is not kept. */
  readonly show: (text: string) => void;
}

/** What is said to have come of the work: texts by the names of its outputs. */
export type Claim = Readonly<Record<string, string>>;
