import { totalmem } from 'node:os';
import { type ErrorCode, FusionError } from '@fusion-kit/domain/errors';
import type { ResourceLimits } from '@fusion-kit/domain/leash';

/** Limits with nothing left open. */
export type Figures = Required<{ [Name in keyof ResourceLimits]: NonNullable<ResourceLimits[Name]> }>;

export const MEGABYTE = 1_000_000;

/** What agents may use for whom nothing else was said. @param memoryBytes what this machine, or this container, has */
export const usualFigures = (memoryBytes: number = availableBytes()): Figures => ({
  memoryMb: Math.max(64, Math.floor(Math.min(4_096, memoryBytes / 2 / MEGABYTE))),
  // Threads count, and Node alone has eleven of them.
  processes: 1_024,
  fileMb: 1_024,
  workspaceMb: 4_096,
  workspaceFiles: 200_000,
});

/** A container may have less than the machine. */
const availableBytes = (): number => Math.min(totalmem(), process.constrainedMemory() || Infinity);

/** The limits of one agent over those of all. Pure. */
export const figuresOf = (usual: Figures, own: ResourceLimits = {}): Figures => ({
  memoryMb: own.memoryMb ?? usual.memoryMb,
  processes: own.processes ?? usual.processes,
  fileMb: own.fileMb ?? usual.fileMb,
  workspaceMb: own.workspaceMb ?? usual.workspaceMb,
  workspaceFiles: own.workspaceFiles ?? usual.workspaceFiles,
});

/** Which limit was come up against, in words for a person and for the agent that goes on. */
export const passed = (
  code: Extract<ErrorCode, 'memory_limit' | 'process_limit' | 'file_limit' | 'disk_limit'>,
  what: string,
  because?: FusionError,
): FusionError =>
  new FusionError(code, because ? `${what}: ${because.message}` : what, {
    cause: because,
    ...(because && { details: { ...because.details, failure: because.code } }),
  });
