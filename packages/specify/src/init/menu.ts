import { isCancel, SelectPrompt } from '@clack/core';
import { Failure } from '../failure.ts';
import type { World } from '../world.ts';

export interface Choice<Key extends string> {
  key: Key;
  name: string;
}

/**
 * Lets the person choose with the arrow keys (or Ctrl-P and Ctrl-N) and Enter. The menu is gone afterwards, and what was typed ahead
 * stays for whoever reads next.
 *
 * @throws {Failure} `refused` on Esc, Ctrl-C and Ctrl-D, and when the input ends
 */
export async function menu<Key extends string>(
  title: string,
  { choices, initial }: { choices: readonly Choice<Key>[]; initial: Key },
  { paint, stdin, stdout, signal }: World,
): Promise<Key> {
  const ended = new AbortController();
  const end = () => ended.abort();
  const prompt = new SelectPrompt<{ value: Key; name: string }>({
    options: choices.map(({ key, name }) => ({ value: key, name })),
    initialValue: initial,
    input: stdin,
    output: stdout,
    signal: AbortSignal.any([signal, ended.signal]),
    render() {
      if (this.state === 'submit' || this.state === 'cancel') return undefined;
      const rows = this.options.map(({ value, name }, at) =>
        at === this.cursor
          ? `${paint.cyan('▶')} ${paint.cyan(value)} ${paint.dim(`(${name})`)}`
          : `  ${value} ${paint.dim(`(${name})`)}`,
      );
      return [paint.bold(title), '', ...rows, '', paint.dim('↑/↓ move, Enter selects, Esc cancels')].join('\n');
    },
  });
  prompt.on('key', (_character, key) => {
    if (key.ctrl && key.name === 'p') prompt.emit('cursor', 'up');
    if (key.ctrl && key.name === 'n') prompt.emit('cursor', 'down');
    // A line feed instead of a carriage return, which some terminals and scripts send for Enter.
    if (key.name === 'enter') prompt.state = 'submit';
    if (key.ctrl && key.name === 'd') prompt.state = 'cancel';
  });
  const typedAhead: string[] = [];
  const keep = (_character: unknown, key: { sequence?: string }) => {
    if (prompt.state === 'submit') typedAhead.push(key.sequence ?? '');
  };
  // Before the menu's own listener, so that the key which ends the menu is not among them.
  stdin.on('keypress', keep).once('end', end);
  const chosen = await prompt.prompt();
  stdin.off('keypress', keep).off('end', end).pause();
  if (typedAhead.length > 0) stdin.unshift(Buffer.from(typedAhead.join('')));
  if (chosen === undefined || isCancel(chosen))
    throw new Failure('refused', 'Selection cancelled', { lines: ['Nothing was written.'] });
  return chosen;
}
