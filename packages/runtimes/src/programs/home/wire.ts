/** What is asked of the script that works in an agent's HOME; paths are below it, contents in base64. */
export interface HomeWork {
  remove: readonly string[];
  write: readonly { path: string; content: string }[];
  /** What is larger is taken for absent. */
  read: readonly { path: string; maxBytes: number }[];
}

/** Contents by path of what was there to read. */
export interface HomeAnswer {
  read: Record<string, string>;
}
