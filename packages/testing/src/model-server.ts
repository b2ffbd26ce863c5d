/** The loopback model server behind the upstream under test, as far as the suite uses it. */
export interface ModelServer {
  readonly apiKey: string;
  requests(): readonly { method: string; path: string; body: string }[];
  faults(faults: readonly ModelFault[]): void;
  /** From now on this key alone is taken. */
  renewKey(key: string): void;
  close(): Promise<void>;
}

export type ModelFault = { times?: number } & (
  | { status: number; retryAfterS?: number }
  | { errorCode: number }
  | { cutStream: true }
  | { stallMs: number }
  | { silentMs: number }
  | { malformed: true }
  | { midStreamError: true }
);

/** What the scripted server must answer to the suite's questions; `match` is found in the user's text. */
export const CONFORMANCE_SCENARIO = [
  {
    name: 'words',
    match: 'Say hello',
    steps: [{ say: 'Hello there, this answer comes in several pieces.' }],
  },
  {
    name: 'tool',
    match: 'Call a tool',
    steps: [{ tool: 'write_file', args: { path: 'notes.md', content: 'A note long enough for several fragments.' } }],
  },
];
