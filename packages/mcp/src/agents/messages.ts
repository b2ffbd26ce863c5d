/** Longest message that an agent may send, in characters. */
export const MESSAGE_MAX = 20_000;
/** Longest that a call waits for something to come: programs give up on a tool after a minute. */
export const WAIT_MAX_SECONDS = 50;
