import { Failure } from './failure.ts';

/** A flag stands alone; a value takes the next word whatever it looks like; an optional value takes what its test accepts. */
export type OptionKind = 'flag' | 'value' | { optional: (word: string) => boolean };

export interface Parsed {
  /** By the option's name without dashes; the last one given wins. A bare optional value is ''. */
  options: ReadonlyMap<string, string | true>;
  words: readonly string[];
  help: boolean;
}

/**
 * Reads the words behind a command. Options may stand anywhere before `--`.
 *
 * @throws {Failure} `usage` when an option is unknown, lacks its value or was given one it does not take
 */
export function parseOptions(
  argv: readonly string[],
  kinds: Readonly<Record<string, OptionKind>>,
  command: string,
): Parsed {
  const options = new Map<string, string | true>();
  const words: string[] = [];
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      words.push(...rest);
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      words.push(word);
      continue;
    }
    const cut = word.startsWith('--') ? word.indexOf('=') : -1;
    const option = cut < 0 ? word : word.slice(0, cut);
    const inline = cut < 0 ? undefined : word.slice(cut + 1);
    const name = option.slice(2);
    const kind =
      option === '--help' ? 'flag' : option.startsWith('--') && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) throw misunderstood(`There is no option ${option}.`, command);
    if (kind === 'flag') {
      if (inline !== undefined) throw misunderstood(`Option ${option} takes no value.`, command);
      options.set(name, true);
    } else if (kind === 'value') {
      const value = inline ?? rest.shift();
      if (value === undefined) throw misunderstood(`Option ${option} needs a value.`, command);
      options.set(name, value);
    } else {
      options.set(name, inline ?? (rest[0] !== undefined && kind.optional(rest[0]) ? rest.shift()! : ''));
    }
  }
  return { options, words, help: options.has('help') };
}

/** @throws {Failure} `usage` when more words were given than the command takes */
export function atMostWords(words: readonly string[], count: number, command: string): void {
  const extra = words.slice(count);
  if (extra.length > 0) throw misunderstood(`Unexpected: ${extra.join(' ')}`, command);
}

/** What a command line that cannot be read is answered with; says where the help is. */
export const misunderstood = (problem: string, command: string): Failure =>
  new Failure('usage', problem, { lines: [`Try '${command} --help'.`] });
