import type { Terminal } from '../terminal.ts';

/** Lines that are painted over each other on a watched terminal. */
export class LiveBlock {
  readonly #terminal: Terminal;
  #height = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Shows these lines in place of the last ones. Wrapping is off meanwhile: a wrapped line would spoil the count. */
  show(lines: readonly string[]): void {
    this.#terminal.err(`${this.#home()}\u001b[?7l${lines.map((line) => `${line}\n`).join('')}\u001b[?7h`);
    this.#height = lines.length;
  }

  clear(): void {
    this.#terminal.err(this.#home());
    this.#height = 0;
  }

  #home(): string {
    return this.#height === 0 ? '' : `\u001b[${this.#height}A\r\u001b[0J`;
  }
}
