/** Longest message that an agent may send, in characters. */
export const MESSAGE_MAX = 20_000;
