import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { DispatchId } from '@fusion-kit/domain/ids';

/** Secrets that belong to one dispatch each and die with it. They are in memory only: after a restart every old one is worthless. */
export class DispatchTokens {
  readonly #tokens = new Map<DispatchId, Buffer>();

  issue(dispatch: DispatchId): string {
    const token = randomBytes(24);
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
