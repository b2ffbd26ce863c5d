export interface FoundKey {
  key: string | undefined;
  /** Where it is, or would have been, for people; never the key: `environment OPENROUTER_API_KEY`. */
  origin: string;
}

/** Where a provider's key comes from; asked anew for every call, because a key may be set while the server runs. */
export interface KeySource {
  /** @throws {FusionError} when it may not be used */
  find(): Promise<FoundKey>;
}

/** A key that is known from the start. @param origin where it was found, or would have been */
export const givenKey = (key: string | undefined, origin: string): KeySource => ({
  find: async () => ({ key, origin }),
});
