import { isBuiltin } from 'node:module';
import { posix } from 'node:path';

/** Which rooms the code of a room may import. There is no arrow that is not in this table. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  testing: ['domain'],
  formats: ['domain'],
  engine: ['domain'],
  journals: ['domain'],
  transports: ['domain'],
  runner: ['domain'],
  workspaces: ['domain'],
  runtimes: ['domain'],
  upstreams: ['domain'],
  gateway: ['domain'],
  mcp: ['domain'],
  dashboard: ['domain'],
  specify: [],
  server: ['domain', 'engine'],
  cli: [
    'domain',
    'formats',
    'engine',
    'journals',
    'transports',
    'runner',
    'workspaces',
    'runtimes',
    'upstreams',
    'gateway',
    'mcp',
    'server',
  ],
};

/** Rooms whose code also runs where there is no Node. */
const WITHOUT_NODE: readonly string[] = ['domain', 'dashboard'];
/** Parts of the dashboard, each of which may import those before it and itself; a feature never imports another. */
const DASHBOARD_PARTS = ['shared', 'features', 'app'];

const SCOPE = '@fusion-kit/';
const IMPORTS = [
  /^[ \t]*(?:import|export)\b[^;'"`]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^[ \t]*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]/g,
];

export interface SourceFile {
  /** From the top of the repository: `packages/engine/src/writer.ts`. */
  path: string;
  text: string;
}
export interface Manifest {
  dependencies?: Record<string, string>;
  /** What may be absent; the code asks for it where it can do without. */
  optionalDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** What a module text imports, as written. */
export const importsOf = (text: string): string[] =>
  IMPORTS.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1]!));

/**
 * Every import of the file that its room may not have, as a sentence.
 *
 * @param room the room's own manifest
 * @param root the manifest of the repository, whose tools tests may use
 */
export function refusedImports(file: SourceFile, room: Manifest, root: Manifest): string[] {
  const [, name = ''] = file.path.split('/');
  // What stands in `src/test` is for tests alone.
  const isTest = /\.test\.tsx?$|^packages\/[^/]+\/src\/test\//.test(file.path);
  const rooms = [...(MAY_IMPORT[name] ?? []), name, ...(isTest ? ['testing'] : [])];
  // Vite bundles what the dashboard uses, so its libraries are needed only at build time.
  const development = isTest || name === 'dashboard';
  const declared = {
    ...room.dependencies,
    ...room.optionalDependencies,
    ...(development && room.devDependencies),
    ...(isTest && root.devDependencies),
  };
  const reason = (specifier: string): string | undefined => {
    if (specifier.startsWith('.')) return relativeReason(file.path, specifier);
    if (specifier.startsWith(SCOPE)) {
      const target = specifier.slice(SCOPE.length).split('/')[0]!;
      if (!rooms.includes(target)) return `${name} may not import ${target}`;
      return target === name || packageOf(specifier) in { ...room.dependencies, ...room.devDependencies }
        ? undefined
        : `${packageOf(specifier)} is not in packages/${name}/package.json`;
    }
    if (isBuiltin(specifier)) {
      return WITHOUT_NODE.includes(name) && !isTest ? `${name} must run without Node` : undefined;
    }
    return packageOf(specifier) in declared
      ? undefined
      : `${packageOf(specifier)} is not in packages/${name}/package.json`;
  };
  return importsOf(file.text).flatMap((specifier) => {
    const refusal = reason(specifier);
    return refusal === undefined ? [] : [`${file.path} imports ${specifier}: ${refusal}`];
  });
}

function relativeReason(path: string, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(path), specifier);
  const room = path.split('/').slice(0, 2).join('/');
  if (!target.startsWith(`${room}/`)) return 'a relative path may not leave its room';
  return room === 'packages/dashboard' ? dashboardReason(path, target) : undefined;
}

function dashboardReason(path: string, target: string): string | undefined {
  const [from, to] = [path, target].map((one) => one.split('/').slice(3));
  const [own, other] = [DASHBOARD_PARTS.indexOf(from![0]!), DASHBOARD_PARTS.indexOf(to![0]!)];
  if (own === -1 || other === -1) return undefined;
  if (other > own) return `${from![0]} may not import ${to![0]}`;
  return from![0] === 'features' && to![0] === 'features' && from![1] !== to![1]
    ? `feature ${from![1]} may not import feature ${to![1]}`
    : undefined;
}

/** `@hono/node-server/serve-static` → `@hono/node-server`; `zod/v4` → `zod`. */
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
