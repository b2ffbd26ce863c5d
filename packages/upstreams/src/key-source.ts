export interface FoundKey {
  key: string | undefined;
  /** Where it is, or would have been, for people; never the key: `environment OPENROUTER_API_KEY`. */
  origin: string;
}

/** Where a provider's key comes from; asked anew for every call, because a key may be set while the server runs. */
export interface KeySource {
  /** @throws {FusionError} when it may not be used */
  find(): Promise<FoundKey>;
  /** What outlives this process of the keys that were answered to; without it a key is new to each process. */
  readonly worked?: WorkedKey;
}

/** Whether a key was ever good: one that is refused now has run out then, and was not mistyped. */
export interface WorkedKey {
  has(key: string): Promise<boolean>;
  /** Remembers it, when it can, without anybody waiting for that. */
  add(key: string): void;
}

/** A key that is known from the start. @param origin where it was found, or would have been */
export const givenKey = (key: string | undefined, origin: string): KeySource => ({
  find: async () => ({ key, origin }),
});
