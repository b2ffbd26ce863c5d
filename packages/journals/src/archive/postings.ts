/**
 * Which blocks of a segment may hold events of an id: pairs of an id's hash and a block, in the order of the hashes. A thousand ids take some
 * kilobytes, and an id that is not there is found in a block by its hash once in millions of times, which costs one look.
 */
export interface Postings {
  hashes: Uint32Array;
  blocks: Uint32Array;
}

/** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) over the UTF-16 units. Pure. */
export function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** @param idsByBlock the ids that each block names. Pure. */
export function postingsOf(idsByBlock: readonly ReadonlySet<string>[]): Postings {
  const pairs = idsByBlock.flatMap((ids, block) => [...ids].map((id) => [hashOf(id), block] as const));
  pairs.sort(([one, inBlock], [other, inOther]) => one - other || inBlock - inOther);
  return {
    hashes: Uint32Array.from(pairs, ([hash]) => hash),
    blocks: Uint32Array.from(pairs, ([, block]) => block),
  };
}

/** The blocks that may name an id. Pure. */
export function blocksNaming({ hashes, blocks }: Postings, id: string): Set<number> {
  const wanted = hashOf(id);
  let low = 0;
  for (let high = hashes.length; low < high;) {
    const middle = (low + high) >>> 1;
    if ((hashes[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  const found = new Set<number>();
  for (let at = low; hashes[at] === wanted; at += 1) found.add(blocks[at] ?? 0);
  return found;
}

/** As text for JSON, and back. Little-endian, as every machine that Node runs on is. Pure. */
export const textOf = (numbers: Uint32Array): string =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64');
export function numbersOf(text: string): Uint32Array {
  const bytes = new Uint8Array(Buffer.from(text, 'base64')); // its own memory, which begins at a multiple of four
  return new Uint32Array(bytes.buffer, 0, bytes.byteLength / 4);
}
