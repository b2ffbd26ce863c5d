import { chmod, lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import { parsedJson } from '@fusion-kit/domain/parsed-json';
import { KeptLogin } from './kept-login.ts';

/** Bits of a mode that let anybody but the owner in. */
const OTHERS = 0o077;

/** Where the logins of programs are kept: a file for each, for its owner alone. A login is there by a person's explicit act and by nothing else. */
export interface Logins {
  /** Where that of a program lies, whether there is one or not. */
  readonly place: (program: string) => string;
  /** @throws {FusionError} `keys_unsafe` when others may read it, or it is damaged */
  read(program: string): Promise<KeptLogin | undefined>;
  write(login: KeptLogin): Promise<void>;
  /** Whether there was one. */
  remove(program: string): Promise<boolean>;
  /** Changes it in one go: nobody else's change comes between. `change` answers undefined to leave it. */
  update(program: string, change: (login: KeptLogin) => KeptLogin | undefined): Promise<void>;
}

export function loginsIn(dataDir: string): Logins {
  const directory = join(dataDir, 'logins');
  const place = (program: string): string => join(directory, `${program}.json`);
  let changing: Promise<unknown> = Promise.resolve();
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const done = changing.then(work);
    changing = done.catch(() => undefined);
    return done;
  };
  return {
    place,
    read: (program) => readLogin(place(program)),
    write: (login) => inTurn(() => writeLogin(place(login.program), login)),
    remove: (program) =>
      inTurn(async () => {
        const path = place(program);
        const found = await lstat(path).catch(() => undefined);
        await rm(path, { force: true });
        return found !== undefined;
      }),
    update: (program, change) =>
      inTurn(async () => {
        const before = await readLogin(place(program));
        const after = before && change(before);
        if (after) await writeLogin(place(program), after);
      }),
  };
}

async function readLogin(path: string): Promise<KeptLogin | undefined> {
  for (const [at, mode] of [
    [dirname(path), '700'],
    [path, '600'],
  ] as const) {
    const found = await lstat(at).catch(() => undefined);
    if (!found) return undefined;
    if (found.mode & OTHERS || found.uid !== process.getuid?.() || found.isSymbolicLink())
      throw new FusionError('keys_unsafe', `${at} can be read or replaced by others`, {
        remedy: `If the login may have been seen, log out at its vendor. Then: chmod ${mode} ${at}`,
      });
  }
  const login = KeptLogin.safeParse(parsedJson(await readFile(path, 'utf8')));
  if (login.success) return login.data;
  // What the file holds is not quoted: it is a secret.
  throw new FusionError('keys_unsafe', `${path} is damaged`, {
    remedy: `Delete ${path} and log in again with \`fusion-kit agent login\`.`,
  });
}

async function writeLogin(path: string, login: KeptLogin): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await chmod(dirname(path), 0o700); // whatever the umask says
  const draft = `${path}.${process.pid}.new`;
  await rm(draft, { force: true });
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(`${JSON.stringify(login, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
