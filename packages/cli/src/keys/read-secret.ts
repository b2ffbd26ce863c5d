import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { FusionError } from '@fusion-kit/domain/errors';

/** What a secret has to be like, and how that is said. */
export interface SecretForm {
  pattern: RegExp;
  said: string;
}

/** Printable, without blanks: what a header takes, and no key lacks. */
export const KEY: SecretForm = {
  pattern: /^[\x21-\x7e]{8,4096}$/,
  said: 'that is no key: 8 or more characters without blanks',
};
/** What an environment variable takes, and is not so short that it stands by chance in many texts. */
export const SECRET_VALUE: SecretForm = {
  pattern: /^[^\0]{8,16000}$/,
  said: 'a secret has 8 to 16,000 characters: a shorter one could not be kept out of what is logged',
};

/**
 * One key: the line that a person types without seeing it, or all that is piped in.
 * @throws {FusionError} `usage` when it cannot be one; the text is not quoted
 */
export async function readSecret(
  question: string,
  input: NodeJS.ReadableStream,
  signal: AbortSignal,
  { pattern, said }: SecretForm = KEY,
): Promise<string> {
  const secret = (await (isTerminal(input) ? typed(question, input, signal) : text(input))).trim();
  if (!pattern.test(secret)) throw new FusionError('usage', said);
  return secret;
}

const isTerminal = (input: NodeJS.ReadableStream): input is ReadStream => 'isTTY' in input && input.isTTY === true;

async function typed(question: string, input: ReadStream, signal: AbortSignal): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: silent, terminal: true });
  try {
    return await lines.question('', { signal });
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
