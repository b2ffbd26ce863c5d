import type { KeySource } from './http-upstream.ts';

/** A key that is known from the start. @param origin where it was found, or would have been */
export const givenKey = (key: string | undefined, origin: string): KeySource => ({
  key: () => key,
  origin: () => origin,
});
