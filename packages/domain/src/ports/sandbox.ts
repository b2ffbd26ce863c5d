/** A command as the operating system starts it. */
export interface CommandLine {
  command: string;
  args: string[];
  /** The whole environment of the process; nothing is inherited. */
  env: Record<string, string>;
  cwd: string;
}

/** What a process may touch. Paths are absolute; what is not listed does not exist for it. */
export interface CageSpec {
  command: string;
  args: readonly string[];
  cwd: string;
  writable: readonly string[];
  readable: readonly string[];
  env: Readonly<Record<string, string>>;
  network: 'none' | 'host';
}

/** One way to confine a process by the operating system. */
export interface Sandbox {
  readonly id: 'bubblewrap' | 'none';
  /** The command line that runs `spec` confined. Killing that process ends everything started inside. Pure. */
  wrap(spec: CageSpec): CommandLine;
}
