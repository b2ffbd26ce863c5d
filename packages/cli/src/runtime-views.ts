import { FusionError } from '@fusion-kit/domain/errors';
import type { Upstream, Wire } from '@fusion-kit/domain/ports/upstream';
import type { RuntimeView, Standing } from '@fusion-kit/domain/runtime-view';
import { type OpenPrograms, missing } from '@fusion-kit/runtimes/programs/open-programs';
import type { Manner } from '@fusion-kit/runtimes/programs/launched';
import type { Program } from '@fusion-kit/runtimes/programs/program';
import type { Confinement } from './confinement.ts';

/** The runtimes that start programs, and how each does. */
const MANNERS: readonly (readonly [runtime: string, Manner])[] = [
  ['acp', 'acp'],
  ['command', 'headless'],
];

export interface RuntimeViewsOptions {
  programs: OpenPrograms;
  upstream: (id: string) => Upstream | undefined;
  defaultProvider: string;
  confinement: Pick<Confinement, 'state' | 'problems'>;
}

/** What agents may work with here: looked at anew each time, since a person may just have installed something. */
export function runtimeViews({ programs, upstream, defaultProvider, confinement }: RuntimeViewsOptions) {
  const caged: Standing =
    confinement.state === 'missing'
      ? said(
          new FusionError('sandbox_missing', confinement.problems[0]?.what ?? 'no sandbox was found', {
            remedy: confinement.problems[0]?.remedy,
          }),
        )
      : { ok: true, message: confinement.state };

  async function viewOf(program: Program, ofUser: boolean, provider: Upstream): Promise<RuntimeView> {
    const ways = await Promise.all(
      MANNERS.flatMap(([runtime, manner]) => {
        const launch = program[manner];
        return launch ? [wayOf(program, launch, runtime)] : [];
      }),
    );
    const credentials = {
      gateway: await gatewayOf(program, provider),
      ...(program.login && { login: await loginOf(program) }),
    };
    const installed = ways.find((way) => way.installed.ok)?.installed ?? ways[0]!.installed;
    const either = Object.values(credentials).find(({ ok }) => ok) ?? credentials.gateway;
    return {
      program: program.name,
      title: program.title,
      own: ofUser,
      ways,
      credentials,
      usable: usableBy({ sandbox: caged, program: installed, model: either }),
    };
  }

  async function wayOf(
    program: Program,
    launch: NonNullable<Program['headless']> | NonNullable<Program['acp']>,
    runtime: string,
  ): Promise<RuntimeView['ways'][number]> {
    const found = await programs.find(launch);
    if (!found) return { runtime, installed: said(missing(program, launch)) };
    const { at, by, version } = found;
    return { runtime, installed: { ok: true, message: BY[by] }, at, ...(version !== undefined && { version }) };
  }

  async function loginOf({ name, loginHint }: Program): Promise<Standing> {
    try {
      const login = await programs.logins.read(name);
      if (login) return { ok: true, message: `${login.from}, ${new Date(login.madeAt).toISOString().slice(0, 10)}` };
      return { ok: false, message: 'no login was given to fusion-kit', remedy: loginHint };
    } catch (thrown) {
      return said(thrown);
    }
  }

  return {
    /** @throws {FusionError} `provider_unknown`, `bad_request` when `agents.json` is damaged */
    async list(id: string = defaultProvider): Promise<RuntimeView[]> {
      const provider = upstream(id);
      if (!provider) throw new FusionError('provider_unknown', `there is no provider ${id}`);
      const asked = await askedOf(provider);
      const loop: RuntimeView = {
        title: "fusion-kit's own loop",
        own: false,
        ways: [{ runtime: 'model-loop', installed: { ok: true, message: 'built in' } }],
        credentials: { gateway: asked },
        usable: usableBy({ sandbox: caged, model: asked }),
      };
      const views = programs.all().map((program) => viewOf(program, programs.isOwn(program), provider));
      return [loop, ...(await Promise.all(views))];
    },
  };
}

/** All that is needed at once: the first that is missing is what keeps it from being used. */
function usableBy(
  needed: Partial<Record<NonNullable<RuntimeView['usable']['lacks']>, Standing>>,
): RuntimeView['usable'] {
  for (const lacks of ['sandbox', 'program', 'model'] as const) {
    const standing = needed[lacks];
    if (standing?.ok === false) return { ...standing, lacks };
  }
  return { ok: true, message: 'ready' };
}

const BY = { path: 'on PATH', install: 'installed by fusion-kit', npx: "in npx's cache" } as const;

/** Providers that speak what few others do. */
const EXAMPLES: Readonly<Record<Wire, string>> = {
  gemini: ', google for example',
  'anthropic-messages': ', openrouter or anthropic for example',
  'openai-responses': ', openrouter or openai for example',
  'openai-chat': '',
};

async function gatewayOf({ wire, title }: Program, provider: Upstream): Promise<Standing> {
  if (!wire) return { ok: true, message: 'asks for no model' };
  if (provider.wires[wire] === undefined)
    return {
      ok: false,
      message: `it asks by ${wire}, which ${provider.id} does not speak`,
      remedy: `Give agents of ${title} a provider that speaks it${EXAMPLES[wire]}.`,
    };
  return askedOf(provider);
}

async function askedOf(provider: Upstream): Promise<Standing> {
  const { ok, failure } = await provider.check();
  if (ok) return { ok, message: `by ${provider.id}` };
  return {
    ok,
    message: failure?.message ?? `${provider.id} cannot be used`,
    ...(failure && { remedy: failure.remedy }),
  };
}

function said(thrown: unknown): Standing {
  const { message, remedy } = thrown as FusionError;
  return { ok: false, message, remedy };
}
