import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { FusionError } from '@fusion-kit/domain/errors';

/** Printable, without blanks: what a header takes, and no key lacks. */
const KEY = /^[\x21-\x7e]{8,4096}$/;

/**
 * One key: the line that a person types without seeing it, or all that is piped in.
 * @throws {FusionError} `usage` when it cannot be a key; the text is not quoted
 */
export async function readSecret(question: string, input: NodeJS.ReadableStream, signal: AbortSignal): Promise<string> {
  const secret = (await (isTerminal(input) ? typed(question, input, signal) : text(input))).trim();
  if (!KEY.test(secret)) throw new FusionError('usage', 'that is no key: 8 or more characters without blanks');
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
