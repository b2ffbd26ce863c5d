/** What a task's text says it is about. */
export interface NamedPaths {
  /** Files, directories (with `/` at the end) and globs of the project. */
  files: string[];
  /** Names of files without a directory. */
  bare: string[];
  /** Addresses in backticks, `/api/users`: two tasks that name one of them meet in the same code. */
  routes: string[];
}

const PATH_MAX = 300;
/** Files that a task list speaks of without writing them. */
const FEATURE_DOCUMENTS = new Set(['spec.md', 'plan.md', 'tasks.md', 'research.md', 'data-model.md', 'quickstart.md']);
const EXTENSIONS = new Set(
  (
    'astro avro bash bat bicep c cc cfg clj cljs cmake conf config cpp cs csproj css csv cts cu cxx dart diff dockerfile ejs elm env erb erl ex exs fs fsproj ' +
    'gd go gql gradle graphql groovy h haml hbs hcl hpp hrl hs html ico ini ino ipynb java jinja jinja2 jpg js json json5 jsonc jsonl jsx kt kts less lock lua ' +
    'm md mdc mdx mjml mjs ml mm mod mts nix pbxproj php pl plist png podspec prisma properties proto ps1 pug py pyi pyx r razor rb rego ron rs rst ' +
    's sass scala scss service sh shader slim sln sol sql storyboard sum svelte svg swift sv tex tf tfvars tmpl toml tpl ts tsv tsx txt v vb vhd vue ' +
    'wgsl wasm webp xaml xcconfig xib xml yaml yml zig zsh'
  ).split(' '),
);
const WITHOUT_EXTENSION = new Set([
  'dockerfile',
  'makefile',
  'gemfile',
  'procfile',
  'rakefile',
  'jenkinsfile',
  'podfile',
  'caddyfile',
  'justfile',
  'cmakelists.txt',
]);
/** Products that are called like files. */
const PRODUCTS = /^(?:[a-z0-9]+\.js|node\.js|asp\.net|[a-z]+\.io)$/i;
const FILES_LIKE_PRODUCTS =
  /^(?:index|main|app|server|client|config|utils?|types?|setup|test|worker|sw|script|gulpfile|gruntfile)\.js$/i;

/** Paths and addresses in a text, each once, in order. Linear; words of any language may stand around them. */
export function namedPaths(text: string): NamedPaths {
  const files = new Set<string>();
  const bare = new Set<string>();
  const routes = new Set<string>();
  for (const { word, quoted } of words(text)) {
    if (word.length > PATH_MAX) continue;
    const route = quoted ? routeOf(word) : undefined;
    if (route !== undefined) {
      routes.add(route);
      continue;
    }
    const path = cleaned(word);
    if (isAlternatives(path)) {
      for (const name of path.split('/')) bare.add(name);
      continue;
    }
    const kind = kindOf(path, quoted);
    if (kind === 'file') files.add(path);
    if (kind === 'bare') bare.add(path);
  }
  return { files: [...files], bare: [...bare], routes: [...routes] };
}

/** What stands between backticks as one word, and every other run of characters that a path may have. */
function* words(text: string): Generator<{ word: string; quoted: boolean }> {
  const pieces = text.replaceAll('](', ' ').split('`');
  // the last backtick of an odd number opens nothing
  const closed = pieces.length % 2 === 1 ? pieces.length : pieces.length - 1;
  for (const [at, piece] of pieces.entries()) {
    if (at % 2 === 1 && at < closed) {
      const inside = linkTarget(piece.trim());
      const route = inside.split(/\s+/);
      if (route.length === 1 || looksLikeOnePath(inside)) yield { word: inside, quoted: true };
      else for (const word of route) yield { word, quoted: word.startsWith('/') };
    } else {
      for (const word of piece.split(/[^A-Za-z0-9_./@+*{}[\]()$~-]+/)) {
        if (word !== '') yield { word, quoted: false };
      }
    }
  }
}

const linkTarget = (text: string): string => text.replace(/^\.\//, '');

/** `src/a b.ts` is one path, `npm run build` is not. */
const looksLikeOnePath = (text: string): boolean => {
  const [first = '', ...others] = text.split(' ');
  return (
    first.includes('/') &&
    !first.startsWith('/') &&
    extensionOf(first) === undefined &&
    !first.endsWith('/') &&
    others.length < 4 &&
    !others.some((part) => part.startsWith('-') || part.includes('/')) &&
    extensionOf(text) !== undefined
  );
};

/** `GET /api/users/{id}` and `/ws/events`; a file system's own places are none. */
function routeOf(word: string): string | undefined {
  if (!/^\/[A-Za-z0-9_{}:.*/[\]-]+$/.test(word) || extensionOf(word) !== undefined) return undefined;
  return /^\/(?:speckit|usr|etc|tmp|var|home|opt)\b/.test(word) ? undefined : word.replace(/\/+$/, '');
}

function cleaned(word: string): string {
  let path = word.replace(/^\.\//, '');
  // a line number, a section, and what closes a sentence around the word
  path = path.replace(/(?:::|[#:?])[^/]*$/, '');
  for (;;) {
    const last = path.at(-1);
    if (last === undefined || !'.,;:)]}'.includes(last)) break;
    const open = { ')': '(', ']': '[', '}': '{' }[last];
    if (open !== undefined && path.includes(open)) break;
    path = path.slice(0, -1);
  }
  while (path !== '' && '([{'.includes(path[0]!) && !path.includes({ '(': ')', '[': ']', '{': '}' }[path[0]!]!))
    path = path.slice(1);
  if (path.startsWith('(') && path.endsWith(')')) path = path.slice(1, -1);
  return path;
}

/** `robot.yaml/conda.yaml` are two files, not one in the other. */
const isAlternatives = (path: string): boolean =>
  path.includes('/') && path.split('/').every((name) => extensionOf(name) !== undefined);

function kindOf(path: string, quoted: boolean): 'file' | 'bare' | undefined {
  const parts = path.split('/');
  if (
    path === '' ||
    path.startsWith('/') ||
    path.startsWith('~') ||
    path.startsWith('@') ||
    parts.includes('..') ||
    path.includes('//') ||
    /[$=<>|]/.test(path)
  )
    return undefined;
  if (parts.length > 20 || parts.some((part) => part === '.')) return undefined;
  if (/^specs\/[^/]+\//.test(path) && FEATURE_DOCUMENTS.has(parts.at(-1)!)) return undefined;
  if (parts.length === 1) return isFileName(path, quoted) ? 'bare' : undefined;
  if (/^\d*$/.test(parts[0]!) || /^[A-Za-z]$/.test(parts[0]!)) return undefined;
  if (path.endsWith('/'))
    return /[A-Za-z]/.test(path) && (quoted || parts.length > 2 || path.length > 3) ? 'file' : undefined;
  const name = parts.at(-1)!;
  if (
    extensionOf(name) !== undefined ||
    WITHOUT_EXTENSION.has(name.toLowerCase()) ||
    isDotFile(name) ||
    name.includes('*')
  )
    return 'file';
  return undefined;
}

function isFileName(name: string, quoted: boolean): boolean {
  if (FEATURE_DOCUMENTS.has(name) || !/^[A-Za-z0-9_.@+*[\]()-]+$/.test(name)) return false;
  if (WITHOUT_EXTENSION.has(name.toLowerCase())) return quoted || /^[A-Z]/.test(name);
  if (isDotFile(name)) return true;
  const extension = extensionOf(name);
  if (extension === undefined || name.startsWith('.') || name.startsWith('*.')) return false;
  return quoted || !PRODUCTS.test(name) || FILES_LIKE_PRODUCTS.test(name);
}

const isDotFile = (name: string): boolean =>
  /^\.[a-z][a-z0-9_-]{2,40}(?:\.[A-Za-z0-9._-]{1,40})?$/.test(name) &&
  (name === '.env' || !EXTENSIONS.has(name.slice(1)));

/** The extension when it is one that files of projects have. */
function extensionOf(name: string): string | undefined {
  const dot = name.lastIndexOf('.');
  const extension = name.slice(dot + 1).toLowerCase();
  return dot > 0 && EXTENSIONS.has(extension) ? extension : undefined;
}
