import type { SandboxChoice } from '../options.ts';
import type { Environment } from '../terminal.ts';

/** What the whole house needs to be put together. */
export interface ComposeOptions {
  dataDir: string;
  /** On 127.0.0.1; 0 for any free one. */
  port: number;
  sandbox: SandboxChoice;
  version: string;
  env: Environment;
  log: (line: string) => void;
  /** The file of the scripted provider's lines. */
  scriptedScenario?: string;
  /** Called when somebody asks the server to stop (POST /api/v1/shutdown); the process then closes it. */
  onShutdown: (reason: string) => void;
  /** What stands in the place of each part behind a port, by its name: tests end the process where two parts meet. Default: the part itself. */
  through?: <Part extends object>(name: PortName, part: Part) => Part;
}

export type PortName = 'journal' | 'blobs' | 'engineEnd' | 'runnerEnd' | 'store' | 'workspaces';

/** The house, listening. */
export interface ComposedServer {
  url: string;
  token: string;
  sandbox: 'bubblewrap' | 'none' | 'missing';
  /** Rejects when it cannot go on; the process should then end. */
  failed: Promise<never>;
  /** Parks the work and closes everything. */
  close(reason: string): Promise<void>;
}

export type ComposeServer = (options: ComposeOptions) => Promise<ComposedServer>;
