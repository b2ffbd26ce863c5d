import { randomFillSync } from 'node:crypto';

const BLOCK_BYTES = 4_096;

/** Gives out random bytes, each once. They are taken from the system in blocks: to ask it for a few each time would cost more than all else that is done with them. */
export function randomBlocks(): (bytes: number) => Uint8Array {
  let block = new Uint8Array();
  return (bytes) => {
    if (block.length < bytes) block = randomFillSync(new Uint8Array(Math.max(BLOCK_BYTES, bytes)));
    const given = block.subarray(0, bytes);
    block = block.subarray(bytes);
    return given;
  };
}
