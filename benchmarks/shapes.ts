/** A task of a graph as every contender gets it: what it is called and what has to be done before. */
export interface PlainTask {
  id: string;
  needs: readonly string[];
}

/** A graph that all contenders build for themselves. `joined` is as wide as possible, and its last task needs all others. */
export interface Shape {
  kind: 'layered' | 'chain' | 'wide' | 'joined';
  size: number;
  /** Of each layer; the root of the size when absent. */
  width?: number;
}

/** Offsets into the layer before; different ones from seven tasks to a layer on. */
const OFFSETS = [0, 1, 3];

/** Layers, of their own accord as wide as they are many, with exactly two edges for each task of the graph: two needs each, and a third for some, from the layer before. */
function layered(size: number, width = Math.max(1, Math.round(Math.sqrt(size)))): PlainTask[] {
  const thirds = 2 * size - 2 * (size - width);
  return Array.from({ length: size }, (_, at) => {
    const layer = Math.floor(at / width);
    const offsets = layer === 0 ? [] : OFFSETS.slice(0, at - width < thirds ? 3 : 2);
    return { id: `n${at}`, needs: offsets.map((offset) => `n${(layer - 1) * width + ((at + offset) % width)}`) };
  });
}

const numbered = (size: number, needs: (at: number) => readonly string[]): PlainTask[] =>
  Array.from({ length: size }, (_, at) => ({ id: `n${at}`, needs: needs(at) }));

/** The tasks of a shape, every one after those it needs. Pure. */
export function tasksOf({ kind, size, width }: Shape): PlainTask[] {
  switch (kind) {
    case 'layered':
      return layered(size, width);
    case 'chain':
      return numbered(size, (at) => (at === 0 ? [] : [`n${at - 1}`]));
    case 'wide':
      return numbered(size, () => []);
    case 'joined': {
      const all = Array.from({ length: size - 1 }, (_, at) => `n${at}`);
      return numbered(size, (at) => (at === size - 1 ? all : []));
    }
  }
}

export const edgesOf = (tasks: readonly PlainTask[]): number => tasks.reduce((sum, { needs }) => sum + needs.length, 0);
