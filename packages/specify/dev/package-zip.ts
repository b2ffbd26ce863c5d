import { zipSync, type Zippable } from 'fflate';
import type { AgentKey, ScriptFlavour } from '../src/agents.ts';
import { packageFiles } from '../src/templates/package-files.ts';

const MADE_ON_UNIX = 3;
const SYMBOLIC_LINK = 0o120777;

/** What is wrong with a package, or merely unusual. */
export type PackageMode =
  | 'ok'
  | 'nested'
  | 'corrupt'
  | 'slip'
  | 'absolute'
  | 'symlink'
  | 'git-hook'
  | 'bad-checksum'
  | 'dotted';

/** A package as releases have it: every folder is an entry, no file is executable. */
export async function packageZip(
  agent: AgentKey,
  script: ScriptFlavour,
  mode: PackageMode = 'ok',
): Promise<Uint8Array> {
  const entries: Zippable = {};
  const top = mode === 'nested' ? 'package/' : mode === 'dotted' ? './' : '';
  for (const { path, content } of await packageFiles(agent, script)) {
    const parts = `${top}${path}`.split('/');
    for (let depth = 1; depth < parts.length; depth += 1)
      entries[`${parts.slice(0, depth).join('/')}/`] = new Uint8Array();
    entries[`${top}${path}`] = content;
  }
  const evil = new TextEncoder().encode('evil');
  if (mode === 'slip') entries['../evil.txt'] = evil;
  if (mode === 'absolute') entries['/tmp/evil.txt'] = evil;
  if (mode === 'git-hook') entries['.git/hooks/pre-commit'] = evil;
  if (mode === 'symlink')
    entries['.specify/link'] = [
      new TextEncoder().encode('/etc/passwd'),
      { os: MADE_ON_UNIX, attrs: SYMBOLIC_LINK << 16 },
    ];
  const zip = zipSync(entries, { level: 1 });
  if (mode === 'corrupt') return zip.slice(0, zip.length >> 1);
  if (mode === 'bad-checksum') return withOtherContent(zip);
  return zip;
}

/** Another checksum in the list of entries than the first file has. */
function withOtherContent(zip: Uint8Array): Uint8Array {
  const changed = Buffer.from(zip);
  const lastEntry = changed.lastIndexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  changed.writeUInt32LE((changed.readUInt32LE(lastEntry + 16) ^ 1) >>> 0, lastEntry + 16);
  return changed;
}
