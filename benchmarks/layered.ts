import { node } from '../tests/house.ts';

/** Layers of no-op tasks, as wide as they are many, two needs each from the layer before. */
export function layered(size: number) {
  const width = Math.max(1, Math.round(Math.sqrt(size)));
  return Array.from({ length: size }, (_, at) => {
    const layer = Math.floor(at / width);
    const before = (offset: number) => `n${(layer - 1) * width + ((at + offset) % width)}`;
    return node(`n${at}`, layer === 0 ? [] : [...new Set([before(0), before(7)])]);
  });
}
