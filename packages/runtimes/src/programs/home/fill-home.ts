import { cutText } from '@fusion-kit/domain/kept-text';
import type { Turn } from '@fusion-kit/domain/ports/runtime';
import type { KeptLogin } from '../login/kept-login.ts';
import type { Logins } from '../login/logins.ts';
import { loginFiles, LOGIN_MAX } from '../login/read-login.ts';
import { refreshedLogin } from '../login/refreshed.ts';
import { type Config, configText, type Format, over } from '../own/config-text.ts';
import { takenOf } from '../own/taken.ts';
import type { Manner } from '../launched.ts';
import type { Prepared, Program } from '../program.ts';
import { workInHome } from './work-in-home.ts';

/** As much of what was left out as an event has room for. */
const LEFT_OUT_MAX = 20;
const LEFT_OUT_TEXT_MAX = 280;
/** The name under which programs know the tools of fusion-kit. */
const MCP_NAME = 'fusion';

export interface HomeToFill {
  turn: Turn;
  program: Program;
  manner: Manner;
  /** The kept one, for an agent whose credentials are `login`. */
  login: KeptLogin | undefined;
  logins: Logins;
  personsHome: string;
}

export interface FilledHome {
  env: Readonly<Record<string, string>>;
  leftOut: readonly string[];
  readonly close: () => Promise<void>;
}

/**
 * Puts into an agent's HOME what its program needs to work: configuration, what the user gives it of their own, and with credentials `login` the login. Nothing
 * else of a secret is in there than the dispatch's token. Closing takes a login back that was refreshed, and takes it out of the HOME.
 */
export async function fillHome({ turn, program, manner, login, logins, personsHome }: HomeToFill): Promise<FilledHome> {
  const { agent, services } = turn;
  const loginPaths = program.login?.files ?? [];
  const reading = loginPaths.map((path) => ({ path, maxBytes: LOGIN_MAX }));
  const takeBack = async (found: ReadonlyMap<string, Buffer>): Promise<void> => {
    const texts = new Map([...found].map(([path, content]) => [path, content.toString('utf8')]));
    await logins.update(program.name, (kept) => refreshedLogin(kept, texts, Date.now()));
  };
  // What a server that was killed had no time for.
  if (login) await takeBack(await workInHome(turn, { read: reading }));
  const current = login && ((await logins.read(program.name)) ?? login);

  const model = turn.model?.model ?? agent.model;
  const prepared = program.prepare({
    home: turn.home,
    credentials: agent.credentials ?? 'gateway',
    ...(!login && services && { gateway: { url: services.url, token: services.token } }),
    ...(model !== undefined && { model }),
  });
  const taken = await takenOf(program, agent.takes ?? [], personsHome);
  const configs = configsOf(prepared, taken.configs);
  // A client of the protocol names the servers of a session itself.
  if (manner === 'headless' && services && program.mcp) addTools(configs, program.mcp, services);
  const contents = new Map([...configs].map(([path, { content }]) => [path, content]));
  const withLogin = current ? loginFiles(current, contents) : { files: new Map<string, string>(), configs: contents };

  const formatOf = (path: string): Format => configs.get(path)?.format ?? 'json';
  const write = [
    ...taken.files,
    ...[...withLogin.configs].map(([path, content]) => ({
      path,
      content: Buffer.from(configText(content, formatOf(path))),
    })),
    ...[...withLogin.files].map(([path, text]) => ({ path, content: Buffer.from(text) })),
  ];
  // Also for an agent that had one and is to have none now.
  await workInHome(turn, { remove: loginPaths, write });
  const { tokenVariable } = program.login ?? {};
  return {
    env: { ...prepared.env, ...(current?.token !== undefined && tokenVariable && { [tokenVariable]: current.token }) },
    leftOut: taken.leftOut.slice(0, LEFT_OUT_MAX).map((what) => cutText(what, LEFT_OUT_TEXT_MAX)),
    async close() {
      if (current) await takeBack(await workInHome(turn, { read: reading, remove: loginPaths }));
    },
  };
}

type Configs = Map<string, { format: Format; content: Config }>;

/** What fusion-kit says, over what was taken of the user's. */
function configsOf(prepared: Prepared, taken: ReadonlyMap<string, { format: Format; content: Config }>): Configs {
  const configs: Configs = new Map(taken);
  for (const { path, format, content } of prepared.files)
    configs.set(path, { format, content: over(configs.get(path)?.content ?? {}, content) });
  return configs;
}

function addTools(
  configs: Configs,
  { path, format, key, entry }: NonNullable<Program['mcp']>,
  services: NonNullable<Turn['services']>,
): void {
  const server = entry({ url: `${services.url}/mcp`, token: services.token });
  configs.set(path, { format, content: over(configs.get(path)?.content ?? {}, { [key]: { [MCP_NAME]: server } }) });
}
