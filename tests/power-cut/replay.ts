import { relative, resolve } from 'node:path';
import { Disk } from './disk.ts';
import { bytesOf, type Call, fileOf, type Moment } from './trace.ts';

/** Files that are meaningless after a cut: SQLite makes its shared memory anew, and nobody may write through it but by memory. */
const IGNORED = /-shm$/;

/** What programs say that a server starts goes into pipes of their own, under the same number. */
const isFact = (line: string): boolean => line.startsWith('{"kind":');

/** Carries recorded calls out on a model disk, those below one directory. What it does not know below there is an error, so nothing is overlooked. */
export class Replay {
  readonly disk = new Disk();
  /** The facts that the process told on its standard output until now, line by line. */
  readonly said: string[] = [];
  /** How many calls until now had to do with the disk. */
  steps = 0;
  readonly #root: string;
  readonly #positions = new Map<number, { path: string; offset: number; append: boolean }>();
  readonly #syncing = new Map<Call, () => void>();

  /** @param root the directory that was there before the recording began */
  constructor(root: string) {
    this.#root = root;
  }

  see({ at, call }: Moment): void {
    const { name, args } = call;
    if (at === 'begin') {
      // Before it ends another thread may have been given the same number.
      if (name === 'close') this.#positions.delete(fileOf(args[0] ?? '')?.number ?? -1);
      // Told as soon as it is on its way out, and safe only what was safe by then.
      if (name === 'write' && fileOf(args[0] ?? '')?.number === 1)
        this.said.push(...bytesOf(args[1] ?? '').toString().split('\n').filter(isFact)); // prettier-ignore
      if (name === 'fsync' || name === 'fdatasync') {
        const path = this.#below(fileOf(args[0] ?? '')?.path);
        if (path !== undefined) this.#syncing.set(call, this.disk.sync(path));
      }
      return;
    }
    this.#carryOut(call);
  }

  #carryOut(call: Call): void {
    const { name, args } = call;
    const [first = '', second = '', third = ''] = args;
    switch (name) {
      case 'openat':
        return this.#open(call, this.#at(first, second), third);
      case 'open':
        return this.#open(call, this.#named(first), second);
      case 'close':
        return;
      case 'write':
        return this.#write(first, bytesOf(second).subarray(0, call.result));
      case 'pwrite64': {
        const path = this.#below(fileOf(first)?.path);
        if (path !== undefined) this.disk.write(path, Number(args[3]), bytesOf(second).subarray(0, call.result));
        return;
      }
      case 'ftruncate': {
        const path = this.#below(fileOf(first)?.path);
        if (path !== undefined) this.disk.truncate(path, Number(second));
        return;
      }
      case 'fsync':
      case 'fdatasync':
        this.#syncing.get(call)?.();
        return void this.#syncing.delete(call);
      case 'mkdir':
        return this.#with(this.#named(first), (path) => this.disk.makeDirectory(path));
      case 'mkdirat':
        return this.#with(this.#at(first, second), (path) => this.disk.makeDirectory(path));
      case 'unlink':
        return this.#with(this.#named(first), (path) => this.disk.remove(path));
      case 'unlinkat':
        return this.#with(this.#at(first, second), (path) => this.disk.remove(path));
      case 'rmdir':
        return this.#with(this.#named(first), (path) => this.disk.remove(path));
      case 'rename':
        return this.#with(this.#named(first), (path) => this.disk.rename(path, this.#named(second) ?? ''));
      case 'lseek':
        return; // only readers seek here; a writer that did would be seen by the size of what it left
      default:
        if (args.some((each) => this.#mentions(each))) throw new Error(`${name}(${args.join(', ').slice(0, 200)}) is not known here`); // prettier-ignore
    }
  }

  #open({ result = -1 }: Call, path: string | undefined, flags: string): void {
    if (path === undefined || flags.includes('O_DIRECTORY')) return;
    this.#positions.set(result, { path, offset: 0, append: flags.includes('O_APPEND') });
    if (flags.includes('O_CREAT') || flags.includes('O_TRUNC'))
      this.disk.open(path, { truncate: flags.includes('O_TRUNC') });
  }

  #write(file: string, bytes: Buffer): void {
    const { number = -1, path: named } = fileOf(file) ?? {};
    const position = this.#positions.get(number);
    const path = this.#below(named);
    if (path === undefined) return;
    if (!position) throw new Error(`${path} is written to and was never opened`);
    if (position.append) position.offset = this.disk.size(path);
    this.disk.write(path, position.offset, bytes);
    position.offset += bytes.length;
  }

  #with(path: string | undefined, act: (path: string) => void): void {
    if (path !== undefined) act(path);
  }

  /** A path relative to the root; undefined for what lies elsewhere or does not matter. */
  #below(path: string | undefined): string | undefined {
    if (path === undefined || IGNORED.test(path)) return undefined;
    const inside = relative(this.#root, path);
    if (inside.startsWith('..') || inside.startsWith('/')) return undefined;
    this.steps += 1;
    return inside;
  }

  #named(text: string): string | undefined {
    return this.#below(resolve(bytesOf(text).toString()));
  }

  #at(directory: string, text: string): string | undefined {
    return this.#below(resolve(fileOf(directory)?.path ?? '/', bytesOf(text).toString()));
  }

  #mentions(argument: string): boolean {
    const path = fileOf(argument)?.path ?? (argument.startsWith('"') ? bytesOf(argument).toString() : undefined);
    return path !== undefined && this.#below(resolve(path)) !== undefined;
  }
}
