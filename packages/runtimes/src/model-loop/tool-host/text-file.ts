import { open } from 'node:fs/promises';
import { codeOf, insideWorkspace } from './workspace-path.ts';

/** Larger files are not read whole into a conversation. */
const TEXT_FILE_MAX_BYTES = 20_000_000;
/** As git does: a file with a zero byte near its start is not text. */
const SNIFF_BYTES = 8_000;

export const looksBinary = (bytes: Buffer): boolean => bytes.subarray(0, SNIFF_BYTES).includes(0);

/**
 * A text file of the workspace.
 * @throws with a text for the model when it is missing, a directory, binary, too large, or outside
 */
export async function readTextFile(workspace: string, path: string): Promise<{ real: string; text: string }> {
  const real = await insideWorkspace(workspace, path);
  const file = await open(real, 'r').catch((thrown: unknown) => {
    throw codeOf(thrown) === 'ENOENT' ? new Error(`${path} does not exist`) : thrown;
  });
  try {
    const about = await file.stat();
    if (about.isDirectory()) throw new Error(`${path} is a directory; use list_files`);
    if (!about.isFile()) throw new Error(`${path} is not a regular file`);
    if (about.size > TEXT_FILE_MAX_BYTES)
      throw new Error(`${path} has ${about.size} bytes, too many to read whole; use search or shell`);
    const bytes = await file.readFile();
    if (looksBinary(bytes)) throw new Error(`${path} is a binary file of ${bytes.length} bytes`);
    return { real, text: bytes.toString('utf8') };
  } finally {
    await file.close();
  }
}
