import { crc32, inflateRawSync } from 'node:zlib';
import { Failure } from '../failure.ts';
import { directoriesOf, flattened, type PackagedFile, type Template } from './template.ts';

const END_OF_DIRECTORY = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const END_BYTES = 22;
const COMMENT_BYTES_MAX = 0xffff;
const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;
const ENTRIES_MAX = 10_000;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const TYPE_OF_FILE = 0o170000;
const SYMBOLIC_LINK = 0o120000;
const MADE_ON_UNIX = 3;

interface Entry {
  name: string;
  method: number;
  crc: number;
  packedBytes: number;
  bytes: number;
  offset: number;
}

/**
 * Reads a package (APPNOTE.TXT 6.3.10, without encryption, ZIP64 and several disks). Checksums are verified.
 *
 * @throws {Failure} `package` when it is damaged, too large, or holds what could reach outside the project
 */
export function readZip(zip: Uint8Array): Template {
  const bytes = Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength);
  const files: PackagedFile[] = [];
  const folders: string[] = [];
  const seen = new Set<string>();
  let entries: Entry[];
  try {
    entries = entriesOf(bytes);
    let total = 0;
    for (const entry of entries) {
      const path = safePath(entry.name);
      if (path === '') continue;
      if (seen.has(path)) throw broken(`It holds ${path} twice.`);
      seen.add(path);
      total += entry.bytes;
      if (total > UNPACKED_BYTES_MAX) throw broken(`Unpacked it is larger than ${UNPACKED_BYTES_MAX / 1024 ** 2} MB.`);
      if (entry.name.endsWith('/')) folders.push(path);
      else files.push({ path, content: contentOf(entry, bytes) });
    }
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown;
    // What lies outside the bytes, or cannot be inflated.
    throw broken('It is damaged.', thrown);
  }
  if (files.length === 0) throw broken('There is no file in it.');
  const paths = [...files.map(({ path }) => path), ...folders.map((path) => `${path}/`)];
  const directories = directoriesOf(paths);
  const clash = files.find(({ path }) => directories.includes(path));
  if (clash) throw broken(`It holds ${clash.path} as a file and as a folder.`);
  return { ...flattened(files, directories), entryCount: entries.length };
}

const broken = (why: string, cause?: unknown) =>
  new Failure('package', 'The package cannot be used', { lines: [why], cause });

function entriesOf(bytes: Buffer): Entry[] {
  const lowest = Math.max(0, bytes.length - END_BYTES - COMMENT_BYTES_MAX);
  let end = bytes.length - END_BYTES;
  while (end >= lowest && bytes.readUInt32LE(end) !== END_OF_DIRECTORY) end -= 1;
  if (end < lowest) throw broken('It is not a zip archive, or its end is missing.');
  const count = bytes.readUInt16LE(end + 10);
  if (count > ENTRIES_MAX) throw broken(`It has more than ${ENTRIES_MAX} entries.`);
  let at = bytes.readUInt32LE(end + 16);
  return Array.from({ length: count }, () => {
    if (bytes.readUInt32LE(at) !== ENTRY) throw broken('Its list of entries is damaged.');
    const nameEnd = at + 46 + bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, nameEnd);
    const mode = bytes.readUInt16LE(at + 40);
    if (bytes[at + 5] === MADE_ON_UNIX && (mode & TYPE_OF_FILE) === SYMBOLIC_LINK)
      throw broken(`${name} in it is a symbolic link.`);
    if (bytes.readUInt16LE(at + 8) & ENCRYPTED) throw broken(`${name} in it is encrypted.`);
    const entry = {
      name,
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packedBytes: bytes.readUInt32LE(at + 20),
      bytes: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
    };
    at = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    return entry;
  });
}

function contentOf({ name, method, crc, packedBytes, bytes: size, offset }: Entry, bytes: Buffer): Uint8Array {
  if (bytes.readUInt32LE(offset) !== LOCAL_ENTRY) throw broken(`${name} in it is damaged.`);
  const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  const packed = bytes.subarray(start, start + packedBytes);
  if (method !== STORED && method !== DEFLATED) throw broken(`${name} in it is packed in a way that is not known.`);
  const content = method === STORED ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  if (content.length !== size || crc32(content) !== crc) throw broken(`${name} in it is damaged.`);
  return content;
}

/** The path of an entry, if a project may have it: inside the project, and not in what git obeys. */
function safePath(name: string): string {
  // Some packers start every name with the folder they were started in.
  const path = name.replace(/^(\.\/)+/, '').replace(/\/$/, '');
  if (path === '' && name !== '' && name !== '/') return '';
  const parts = path.split('/');
  const odd = parts.some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git');
  if (odd || /[\\:\p{Cc}]/u.test(path))
    throw broken(`It wants to write to ${JSON.stringify(name)}, which a package may not.`);
  return path;
}
