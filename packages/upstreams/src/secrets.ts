const HIDDEN = '[key removed]';
/** Keys of the providers we know; also catches one that an agent found elsewhere and put into a prompt. */
const KEY_LIKE = /\b(?:sk-[A-Za-z0-9_-]{20,}|AIza[A-Za-z0-9_-]{35})/g;

/** Text without the given key and without anything that looks like a provider's key. */
export const withoutKeys = (text: string, key: string | undefined): string =>
  (key ? text.replaceAll(key, HIDDEN) : text).replaceAll(KEY_LIKE, HIDDEN);
