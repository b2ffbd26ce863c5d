/** What the server answered for. */
export type Acknowledged =
  | { kind: 'token'; token: string }
  | { kind: 'provider'; id: string }
  | { kind: 'message.sent' | 'task.created' | 'workflow.saved'; id: string };
