import type { Credentials } from '@fusion-kit/domain/leash';
import type { Wire } from '@fusion-kit/domain/ports/upstream';

/** An npm package that brings a program, and the file that starts it, from the `node_modules` it lies in. */
export interface ProgramPackage {
  name: string;
  /** The version that was tried. */
  version: string;
  /** Started by Node when it ends in `.js`, by itself otherwise. `PLATFORM` stands for `linux-x64`, as npm names platforms. */
  entry: string;
  /** What an installation takes on the disk. */
  megabytes: number;
}

/** How a program is started. */
export interface Launch {
  /** Looked for on PATH. */
  command: string;
  args: readonly string[];
  /** Said as well when models are asked by the gateway. */
  gatewayArgs?: readonly string[];
  package?: ProgramPackage;
}

/** How a program's output is read: `plain` is its answer as it is; the others are formats of JSON lines. */
export const DIALECTS = ['plain', 'claude', 'codex', 'gemini', 'opencode', 'copilot', 'droid'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** How a program does one task without a person, from its start to its end. */
export interface Headless extends Launch {
  /** Where it reads what to do: its standard input, or in place of `{prompt}` in an argument. */
  prompt: 'stdin' | 'argument';
  output: Dialect;
  /** What it is told, with `{task}` for all that an agent is told, `{title}` and `{prompt}`. Default: all of it. */
  template?: string;
  /** Adds the model's name to the arguments, where neither environment nor configuration can say it. */
  modelArgs?: (model: string) => readonly string[];
}

/** What is known when a HOME is prepared. */
export interface Preparing {
  /** Absolute path of the agent's HOME. */
  home: string;
  credentials: Credentials;
  /** Where models are asked and the dispatch's token; absent with credentials `login`, and where nothing serves them. */
  gateway?: { url: string; token: string };
  /** Absent: whatever the program takes by itself. */
  model?: string;
}

/** A file that fusion-kit writes into a HOME. The user's own of that path, as far as it is taken, is put under it. */
export interface ConfigFile {
  /** Below the HOME. */
  path: string;
  format: 'json' | 'toml';
  content: Readonly<Record<string, unknown>>;
}

export interface Prepared {
  files: readonly ConfigFile[];
  env: Readonly<Record<string, string>>;
}

/** Where a program keeps what its user told it, below the HOME. Directories are taken whole. */
export interface OwnPlaces {
  instructions: readonly string[];
  /** `never`: what would lead the program elsewhere, or is decided for an agent. */
  settings?: { path: string; format: 'json' | 'toml'; never: readonly string[] };
  skills: readonly string[];
}

/** The file in which a program finds MCP servers, below the HOME, and what they are listed under. */
export interface McpPlace {
  path: string;
  format: 'json' | 'toml';
  key: string;
  /** How a server that is reached over HTTP is written there. */
  readonly entry: (server: { url: string; token: string }) => Readonly<Record<string, unknown>>;
}

/** A program's own login with its vendor. */
export interface Login {
  /** The files that are it, below the HOME; the first is always among them. */
  files: readonly string[];
  /** Parts of files that hold more than the login, by the names of what belongs to it. */
  parts?: readonly { path: string; keys: readonly string[] }[];
  /** What makes one in a HOME where it is not yet; a person has to see it through. */
  command: Launch;
  /** The variable that takes a token in their place, for programs whose vendor gives out such. */
  tokenVariable?: string;
  /** Of the vendor: what has to be reached to use it. */
  hosts: readonly string[];
}

/** A coding agent that somebody else made: how it is found, started, and given what it needs. */
export interface Program {
  readonly name: string;
  readonly title: string;
  /** Spoken to by the Agent Client Protocol. */
  readonly acp?: Launch & {
    /** Sent after `initialize` when models are asked by the gateway, for programs that want to be told. */
    gatewayAuthMethod?: string;
  };
  readonly headless?: Headless;
  /** In which format it asks for models; absent where it asks for none. */
  readonly wire?: Wire;
  readonly login?: Login;
  readonly own?: OwnPlaces;
  readonly mcp?: McpPlace;
  prepare(asked: Preparing): Prepared;
  /** More that it has to be able to read, absolute paths. */
  readonly readable?: readonly string[];
  /** Hosts that it has to reach whatever its credentials are. */
  readonly hosts?: readonly string[];
  /** What a person does to have it, and to log it in. */
  readonly installHint: string;
  readonly loginHint: string;
}
