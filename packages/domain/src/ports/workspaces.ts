import type { FusionError } from '../errors.ts';
import type { AgentId, DispatchId, ProjectId, RunId } from '../ids.ts';
import type { LeashUsage, ResourceLimits } from '../leash.ts';
import type { CheckResult, FileChange } from '../receipt.ts';
import type { Project } from '../project.ts';
import type { CommandLine } from './sandbox.ts';

export type WorkspaceProject = Pick<Project, 'id' | 'path' | 'kind'>;

/** What an agent's work came to. `commit` is absent when nothing changed or there is no git. */
export interface Snapshot {
  base?: string;
  commit?: string;
  /** All changed files against `base`, in the order of their paths. */
  files: readonly FileChange[];
}

/** One agent's own copy of a project: a git clone, or a plain directory. */
export interface Workspace {
  /** Absolute path of the working tree. */
  readonly path: string;
  /** Absolute path of the agent's own HOME (mode 0700) beside the tree: writable in the cage, kept from task to task, gone with the agent. */
  readonly home: string;
  readonly sandbox: 'bubblewrap' | 'none';
  /** What commands in the cage reach: nothing but their own loopback, or what this machine does. */
  readonly network: 'none' | 'host';
  /** Snapshots what lies about, then starts a fresh branch `fusion/<dispatch>` at `base`. */
  begin(dispatch: { id: DispatchId; base?: string }): Promise<void>;
  /**
   * Goes on with what the dispatch `previous` of the same task left: nothing is reset. Work that another task came after is brought back from the store.
   * Answers whether there was any to go on with; else it has begun at `base`.
   */
  resume(dispatch: { id: DispatchId; base?: string; previous: DispatchId }): Promise<boolean>;
  /**
   * Holds what is started here from now on to limits; what they leave open is as this machine has it for all agents. `exceeded` is told when the
   * files have outgrown theirs: everything is killed then, and what lies in the workspace is removed once it is released. Absent where nothing is held.
   */
  leash?(limits: ResourceLimits, exceeded: (failure: FusionError) => void): Promise<Leash>;
  /** The command line that runs a command inside the agent's cage, in the working tree unless `cwd` is given. */
  cage(command: string, args: readonly string[], options?: CageOptions): CommandLine;
  /**
   * Runs a shell script in the cage to its end. When it ends or `signal` aborts, all that it started ends with it, in whatever session.
   * @throws the signal's reason when it aborts
   */
  run(script: string, options: RunOptions, signal: AbortSignal): Promise<ScriptEnd>;
  /**
   * Commits everything not ignored, inside the cage, and collects the commit into the project store under `refs/fusion/dispatches/<dispatch>`.
   * Host git never opens the agent's repository.
   * @throws {FusionError} `workspace_failed`
   */
  snapshot(dispatch: { id: DispatchId; base?: string; message: string; author: string }): Promise<Snapshot>;
}

/** What holds all that was started in a workspace to limits, from its taking to its release. */
export interface Leash {
  /** What is used now; of the disk, as of the last look. */
  usage(): Promise<LeashUsage>;
  /** Looks at the disk at once. @throws {FusionError} `disk_limit` */
  check(): Promise<void>;
  /** The limit that the work came up against, named with its figure, where that is what it failed of; else the error as it is. */
  explain(error: FusionError): Promise<FusionError>;
  /** Kills what is left, in whatever session, and lets go. May be called again. */
  release(): Promise<void>;
}

/** What a command in a cage is given so that it gets out: variables, a bridge, what they name. */
export type Reach = Pick<CageOptions, 'env' | 'readable' | 'bridge'>;

export interface RunOptions {
  env?: Readonly<Record<string, string>>;
  reach?: Reach | undefined;
  /** What it reads from its standard input; nothing when absent. */
  input?: string;
  /** Given every piece of its output as it comes. */
  show?: (text: string) => void;
  /** Given the process that ends when the script does; what it returns is called when that is seen to have ended. */
  started?: (pid: number) => () => void;
}

/** How a script ended. `exitCode` is null when it was killed; of outputs beyond 1 MB the end is kept. */
export interface ScriptEnd {
  exitCode: number | null;
  durationMs: number;
  stdout: string;
  stderr: string;
  /** Both streams as they came. */
  output: string;
}

export interface CageOptions {
  env?: Readonly<Record<string, string>>;
  /** More files or directories the command may read. */
  readable?: readonly string[];
  cwd?: string;
  /** A way out for a workspace whose network is `none`. */
  bridge?: Bridge | undefined;
}

/** Connections to `127.0.0.1:port` inside the cage come out at a unix socket of this machine, at an absolute path. */
export interface Bridge {
  readonly socket: string;
  readonly port: number;
  /** More ports of the cage's loopback: what listens at the socket is asked to `CONNECT localhost:PORT` for each connection to one of them. */
  readonly loopback?: readonly number[];
}

export interface Workspaces {
  /** What commands in its cages reach: nothing but their own loopback, or what this machine does. */
  readonly network: 'none' | 'host';
  /** The agent's workspace at its stable path (mode 0700), made when it is not there. */
  open(agent: AgentId, project: WorkspaceProject): Promise<Workspace>;
  /** Renames it to the trash once its commits are in the project store. Opening a removed one makes a new one. */
  remove(agent: AgentId, project: WorkspaceProject): Promise<void>;
  /**
   * Runs commands in a clean checkout of `commit` (or a copy of the directory), after `setup`, stopping at the first that fails.
   * @throws {FusionError} `setup_failed`
   */
  verify(check: Verification, signal: AbortSignal): Promise<VerificationResult>;
}

export interface Verification {
  project: WorkspaceProject;
  commit?: string;
  setup: readonly string[];
  commands: readonly string[];
  timeoutMs: number;
  /** How far its setup gets out of the cage, and its commands; not at all when absent. */
  setupReach?: Reach | undefined;
  reach?: Reach | undefined;
  /** The directory to check where there is no git: the agent's workspace. */
  directory?: string;
  /** Of the agent whose work it is. */
  limits?: ResourceLimits | undefined;
}
export interface VerificationResult {
  passed: boolean;
  /** `output` is whole here; whoever makes an event of it puts it into the blob store first. */
  checks: (Omit<CheckResult, 'output'> & { output: string })[];
  sandbox: string;
}

/** What came of an integration: where the branch stands now, or which files both sides changed. */
export type Integration =
  | { landed: true; commit: string }
  | { landed: false; conflict: { files: readonly string[]; ours: string; theirs: string } };

/** The bare repository of a project that fusion-kit owns; integration happens in it. Only git projects have one. */
export interface ProjectStore {
  /** Fetches from the user's repository and returns its HEAD commit. @throws {FusionError} `project_store_failed` */
  refresh(project: WorkspaceProject): Promise<{ head: string }>;
  /** Starts a run's branch at `base`, in the store and in the user's repository. Doing it again changes nothing. */
  start(project: WorkspaceProject, run: { id: RunId; branch: string; base: string }): Promise<void>;
  /**
   * Merges `commit` onto the run's branch by `merge-tree` and compare-and-set, then writes the branch to the user's repository. Doing it again changes nothing.
   * @throws {FusionError} `project_store_failed`
   */
  integrate(
    project: WorkspaceProject,
    landing: { runId: RunId; branch: string; commit: string; message: string },
  ): Promise<Integration>;
  /** Where a run's branch stands in the store; undefined when there is none. */
  head(project: { id: ProjectId }, branch: string): Promise<string | undefined>;
}
