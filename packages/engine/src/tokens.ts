import { timingSafeEqual } from 'node:crypto';
import type { DispatchId } from '@fusion-kit/domain/ids';
import { randomBlocks } from './random-blocks.ts';

const TOKEN_BYTES = 24;

/** Secrets that belong to one dispatch each and die with it. They are in memory only: after a restart every old one is worthless. */
export class DispatchTokens {
  readonly #tokens = new Map<DispatchId, Buffer>();
  readonly #random = randomBlocks();

  issue(dispatch: DispatchId): string {
    const token = Buffer.from(this.#random(TOKEN_BYTES)); // its own: the block is not kept for one dispatch that lasts
    this.#tokens.set(dispatch, token);
    return token.toString('base64url');
  }

  revoke(dispatch: DispatchId): void {
    this.#tokens.delete(dispatch);
  }

  holds(dispatch: DispatchId, token: string): boolean {
    const issued = this.#tokens.get(dispatch);
    const given = Buffer.from(token, 'base64url');
    return issued !== undefined && issued.length === given.length && timingSafeEqual(issued, given);
  }
}
