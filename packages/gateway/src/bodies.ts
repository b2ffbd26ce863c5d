import { FusionError } from '@fusion-kit/domain/errors';

export interface BodyLimits {
  /** Of one request. */
  bytes: number;
  /** Of all requests that are being read or answered, so that nobody fills the memory of this process with many. */
  bytesAtOnce: number;
}

/** A conversation of a million tokens with pictures in it. */
export const BODY_LIMITS: BodyLimits = { bytes: 32 * 1024 ** 2, bytesAtOnce: 64 * 1024 ** 2 };

export interface HeldBody {
  text: string;
  /** Lets go of it: its bytes count no longer. */
  readonly release: () => void;
}

/** Reads bodies whole, within the limits. */
export function bodies(limits: BodyLimits): (request: Request) => Promise<HeldBody> {
  let heldBytes = 0;
  return async (request) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const release = () => {
      heldBytes -= size;
      size = 0;
    };
    try {
      for await (const chunk of request.body ?? []) {
        size += chunk.length;
        heldBytes += chunk.length;
        if (size > limits.bytes)
          throw new FusionError('body_too_large', `the request has more than ${limits.bytes} bytes`, {
            remedy: 'Shorten the conversation.',
          });
        if (heldBytes > limits.bytesAtOnce)
          throw new FusionError('connections_exhausted', `more than ${limits.bytesAtOnce} bytes are asked at once`, {
            retryAfterMs: 1_000,
            remedy: 'Wait for the answers to the other requests.',
          });
        chunks.push(chunk);
      }
      return { text: Buffer.concat(chunks).toString('utf8'), release };
    } catch (error) {
      release();
      throw error;
    }
  };
}
