import type { Launch } from '../program.ts';

/** A program as it lies on this machine. */
export interface FoundProgram {
  /** Absolute path of what is started. */
  command: string;
  /** Its first arguments; those of the launch come after. */
  args: readonly string[];
  /** What it has to be able to read to start. */
  readable: readonly string[];
  version: string | undefined;
  /** Who brought it here. */
  by: 'path' | 'install' | 'npx';
  /** The file that was found. */
  at: string;
}

export interface Finder {
  /** Where a program lies that this launch would start; undefined when it is nowhere. Never rejects; takes some seconds at most. */
  find(launch: Launch): Promise<FoundProgram | undefined>;
}
