import type { DispatchId } from '@fusion-kit/domain/ids';

/** The tokens of the dispatches this runner holds. */
export type DispatchTokens = Map<DispatchId, string>;
