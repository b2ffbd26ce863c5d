/** What the runtime asks of the helper: arguments already checked. */
export interface HostCall {
  id: number;
  tool: string;
  input: unknown;
}

/** The helper's first line: it runs, and its cage lets it work. */
export interface HostReady {
  ready: true;
}

export interface HostAnswer {
  id: number;
  output: string;
  isError: boolean;
}
