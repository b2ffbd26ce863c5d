import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file as a disk sees it: what is on it for sure, and what was written since and may be lost, in any part and any order. */
interface File {
  kind: 'file';
  synced: Buffer;
  pending: Write[];
}
type Write = { offset: number; bytes: Buffer } | { length: number };

/** Names in a directory are content too: they are lost until the directory itself is synced. */
interface Directory {
  kind: 'directory';
  synced: Map<string, Node>;
  pending: Change[];
}
/** Names that change together: a rename takes one away and puts another, at once or not at all. */
type Change = readonly (readonly [name: string, node: Node | undefined])[];
type Node = File | Directory;

const SECTOR_BYTES = 512;

/** How much of what was not synced a cut leaves. */
export type Left = 'nothing' | 'everything' | 'a beginning' | 'anything';
export const LEFT: readonly Left[] = ['nothing', 'everything', 'a beginning', 'anything'];

/**
 * A disk that keeps for sure only what was synced. Stricter than common file systems, as POSIX allows: syncing a file does not sync its name.
 * Paths are relative to its root, which was always there.
 */
export class Disk {
  readonly #root: Directory = { kind: 'directory', synced: new Map(), pending: [] };

  makeDirectory(path: string): void {
    this.#change(path, { kind: 'directory', synced: new Map(), pending: [] });
  }

  /** Makes the file where it is missing. */
  open(path: string, { truncate }: { truncate: boolean }): void {
    const found = this.#find(path);
    if (!found) this.#change(path, { kind: 'file', synced: Buffer.alloc(0), pending: [] });
    else if (truncate && found.kind === 'file') found.pending.push({ length: 0 });
  }

  write(path: string, offset: number, bytes: Buffer): void {
    this.#file(path).pending.push({ offset, bytes });
  }

  truncate(path: string, length: number): void {
    this.#file(path).pending.push({ length });
  }

  size(path: string): number {
    const { synced, pending } = this.#file(path);
    const grown = (size: number, write: Write) =>
      'length' in write ? write.length : Math.max(size, write.offset + write.bytes.length);
    return pending.reduce(grown, synced.length);
  }

  remove(path: string): void {
    this.#change(path, undefined);
  }

  rename(from: string, to: string): void {
    const node = this.#find(from);
    const [folder, name] = split(to);
    const [old, oldName] = split(from);
    if (!node || old !== folder) throw new Error(`a rename from ${from} to ${to} is not known here`);
    this.#directory(folder).pending.push([
      [oldName, undefined],
      [name, node],
    ]);
  }

  has(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /** Begins to sync a file or directory; what is done until now is safe when the answer is called. */
  sync(path: string): () => void {
    const node = this.#find(path);
    if (node?.kind === 'file') {
      const begun = [...node.pending];
      return () => {
        const [safe, later] = parted(node.pending, new Set(begun)); // another may have synced some of it meanwhile
        node.synced = written(node.synced, safe);
        node.pending = later;
      };
    }
    if (node?.kind === 'directory') {
      const begun = [...node.pending];
      return () => {
        const [safe, later] = parted(node.pending, new Set(begun));
        for (const change of safe) put(node.synced, change);
        node.pending = later;
      };
    }
    return () => {}; // its name is gone; nobody will look for its content
  }

  /** Writes what a cut leaves into a directory that is there. */
  leave(directory: string, left: Left, random: () => number): void {
    leave(this.#root, directory, left, random);
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of path.split('/').filter((part) => part !== '')) {
      if (node?.kind !== 'directory') return undefined;
      node = present(node).get(name);
    }
    return node;
  }

  #file(path: string): File {
    const node = this.#find(path);
    if (node?.kind !== 'file') throw new Error(`there is no file ${path}`);
    return node;
  }

  #directory(path: string): Directory {
    const node = this.#find(path);
    if (node?.kind !== 'directory') throw new Error(`there is no directory ${path}`);
    return node;
  }

  #change(path: string, node: Node | undefined): void {
    const [folder, name] = split(path);
    this.#directory(folder).pending.push([[name, node]]);
  }
}

function split(path: string): [folder: string, name: string] {
  const at = path.lastIndexOf('/');
  return [path.slice(0, Math.max(0, at)), path.slice(at + 1)];
}

const parted = <Each>(all: readonly Each[], wanted: ReadonlySet<Each>): [Each[], Each[]] => [
  all.filter((each) => wanted.has(each)),
  all.filter((each) => !wanted.has(each)),
];

function put(names: Map<string, Node>, change: Change): void {
  for (const [name, node] of change) {
    if (node) names.set(name, node);
    else names.delete(name);
  }
}

/** The names as every process sees them. */
function present({ synced, pending }: Directory): Map<string, Node> {
  const names = new Map(synced);
  for (const change of pending) put(names, change);
  return names;
}

function written(before: Buffer, writes: readonly Write[]): Buffer {
  let size = before.length;
  for (const write of writes)
    size = Math.max(size, 'length' in write ? write.length : write.offset + write.bytes.length);
  const bytes = Buffer.alloc(size);
  before.copy(bytes);
  let length = before.length;
  for (const write of writes) {
    if ('length' in write) {
      bytes.fill(0, Math.min(length, write.length), Math.max(length, write.length));
      length = write.length;
    } else {
      write.bytes.copy(bytes, write.offset);
      length = Math.max(length, write.offset + write.bytes.length);
    }
  }
  return bytes.subarray(0, length);
}

/** Those of the pending that reached the disk before the cut. */
function reached<Pending>(pending: readonly Pending[], left: Left, random: () => number): Pending[] {
  switch (left) {
    case 'nothing':
      return [];
    case 'everything':
      return [...pending];
    case 'a beginning':
      return pending.slice(0, Math.floor(random() * (pending.length + 1)));
    case 'anything':
      return pending.filter(() => random() < 0.5);
  }
}

/** A write in sectors, each of which reaches the disk or not. */
function sectors(write: Write): Write[] {
  if ('length' in write) return [write];
  const count = Math.ceil(write.bytes.length / SECTOR_BYTES);
  return Array.from({ length: count }, (_, at) => ({
    offset: write.offset + at * SECTOR_BYTES,
    bytes: write.bytes.subarray(at * SECTOR_BYTES, (at + 1) * SECTOR_BYTES),
  }));
}

function leave(node: Directory, directory: string, left: Left, random: () => number): void {
  const names = new Map(node.synced);
  for (const change of reached(node.pending, left, random)) put(names, change);
  for (const [name, child] of names) {
    const path = join(directory, name);
    if (child.kind === 'directory') {
      mkdirSync(path, { mode: 0o700 });
      leave(child, path, left, random);
    } else {
      const torn = left === 'everything' || left === 'nothing' ? child.pending : child.pending.flatMap(sectors);
      writeFileSync(path, written(child.synced, reached(torn, left, random)), { mode: 0o600 });
    }
  }
}
