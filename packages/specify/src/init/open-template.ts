import { readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import type { AgentKey, ScriptFlavour } from '../agents.ts';
import { Failure } from '../failure.ts';
import { directoriesOf, flattened, type Template } from '../source/template.ts';
import { tokenOf } from '../source/token.ts';
import { VERSION } from '../version.ts';
import type { World } from '../world.ts';
import type { InitOptions } from './options.ts';
import type { StepTree } from '../step-tree.ts';

export interface Wanted {
  agent: AgentKey;
  script: ScriptFlavour;
  options: InitOptions;
  /** Path of a package of this directory, when there is one. */
  local: string | undefined;
}

const DEFAULT_API = 'https://api.github.com';
const number = new Intl.NumberFormat('en-US');

/** Gets the template from where it is wanted from, and tells the tree of it (steps `fetch`, `download`, `extract`, `zip-list`). */
export async function openTemplate(wanted: Wanted, tree: StepTree, world: World): Promise<Template> {
  tree.start('fetch');
  const template = await fromItsSource(wanted, tree, world);
  tree.done('zip-list', `${template.entryCount} entries`);
  return template;
}

async function fromItsSource(wanted: Wanted, tree: StepTree, world: World): Promise<Template> {
  const { options, local } = wanted;
  const source = world.env['SPECIFY_TEMPLATE_SOURCE'] || 'bundled';
  if (source !== 'bundled' && source !== 'release')
    throw new Failure('package', `SPECIFY_TEMPLATE_SOURCE is '${source}'`, {
      lines: ['It may be bundled or release.'],
    });
  if (options.skills && (local !== undefined || options.release !== undefined || source === 'release'))
    throw new Failure('package', '--skills is for the built-in templates', {
      lines: ['A package has the layout it was built with.'],
    });
  if (local !== undefined) return fromLocalPackage(local, tree, world);
  if (options.release !== undefined || source === 'release') return fromRelease(wanted, tree, world);
  return fromBundle(wanted, tree);
}

async function fromBundle({ agent, script, options }: Wanted, tree: StepTree): Promise<Template> {
  const { packageFiles } = await import('../templates/package-files.ts');
  const files = await packageFiles(agent, script, { layout: options.skills ? 'skills' : 'commands' });
  const directories = directoriesOf(files.map(({ path }) => path));
  tree.done('fetch', `built in, ${VERSION}`);
  tree.skip('download', 'not needed');
  tree.start('extract');
  return { ...flattened(files, directories), entryCount: files.length + directories.length };
}

async function fromLocalPackage(path: string, tree: StepTree, world: World): Promise<Template> {
  const { readZip } = await import('../source/read-zip.ts');
  tree.done('fetch', `local package ${relative(world.cwd, path)}`);
  tree.done('download', basename(path));
  tree.start('extract');
  return readZip(readFileSync(path));
}

async function fromRelease({ agent, script, options }: Wanted, tree: StepTree, world: World): Promise<Template> {
  const [{ openHttp }, { assetFor, download, findRelease }, { readZip }] = await Promise.all([
    import('../source/http.ts'),
    import('../source/release.ts'),
    import('../source/read-zip.ts'),
  ]);
  const { env, signal } = world;
  const http = openHttp({ env, skipTls: options.skipTls });
  try {
    const asking = {
      http,
      api: env['GITHUB_API_URL'] || DEFAULT_API,
      token: tokenOf(options.githubToken, env),
      signal,
    };
    const release = await findRelease(options.release || undefined, asking);
    const asset = assetFor(agent, script, release);
    tree.done('fetch', `release ${release.tag} (${number.format(asset.bytes)} bytes)`);
    tree.start('download', asset.name);
    const zip = await download(asset, asking, (bytes) =>
      tree.start('download', `${asset.name}: ${number.format(bytes)} of ${number.format(asset.bytes)} bytes`),
    );
    tree.done('download', asset.name);
    tree.start('extract');
    return readZip(zip);
  } finally {
    await http.close();
  }
}
