import { Failure, messageOf } from '../failure.ts';
import { type Got, type Http } from './http.ts';

const REPOSITORY = 'cracked99/fusion-kit';
const ASK_TIMEOUT_MS = 30_000;
const DOWNLOAD_TIMEOUT_MS = 60_000;
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;
const PACKAGE_BYTES_MAX = 64 * 1024 * 1024;
const SHOWN_OF_BAD_ANSWER = 400;
const SHOWN_OF_BODY = 500;

export interface Asset {
  name: string;
  url: string;
  bytes: number;
}

export interface Release {
  tag: string;
  /** Only the one that is chosen needs an address. */
  assets: readonly (Omit<Asset, 'url'> & { url: string | undefined })[];
}

export interface Asking {
  http: Http;
  /** Address of the API, as `GITHUB_API_URL` has it. */
  api: string;
  token: string | undefined;
  signal: AbortSignal;
}

/**
 * Asks for a release: the one with this tag, or the latest.
 *
 * @throws {Failure} `fetch` when it cannot be had
 */
export async function findRelease(tag: string | undefined, { http, api, token, signal }: Asking): Promise<Release> {
  const which = tag === undefined ? 'latest' : `tags/${encodeURIComponent(tag)}`;
  const url = `${api.replace(/\/+$/, '')}/repos/${REPOSITORY}/releases/${which}`;
  const failed = (lines: string[], details: string[] = [], cause?: unknown) =>
    new Failure('fetch', 'The release could not be read', { lines, details, cause });
  let got: Got;
  let text: string;
  try {
    got = await http.get(url, { token, timeoutMs: ASK_TIMEOUT_MS, signal });
    text = Buffer.concat(await collect(got.body, ANSWER_BYTES_MAX)).toString();
  } catch (thrown) {
    throw failed([`${url} could not be reached: ${reasonOf(thrown)}`], [], thrown);
  }
  const details = [...headerLines(got), `Body: ${text.slice(0, SHOWN_OF_BODY)}`];
  if (got.status !== 200)
    throw failed([`The API returned ${got.status} for ${url}`, ...limitLines(got, token)], details);
  try {
    return releaseOf(JSON.parse(text));
  } catch (thrown) {
    const shown = text.slice(0, SHOWN_OF_BAD_ANSWER);
    throw failed([`The API returned something else than a release for ${url}`, shown], details, thrown);
  }
}

/** @throws {Failure} `no_asset` when the release has none for this agent and script flavour, `download` when it has no address */
export function assetFor(agent: string, script: string, { tag, assets }: Release): Asset {
  const part = `spec-kit-template-${agent}-${script}`;
  const asset = assets.find(({ name }) => name.includes(part) && name.endsWith('.zip'));
  if (asset?.url !== undefined) return { ...asset, url: asset.url };
  if (asset)
    throw new Failure('download', `${asset.name} could not be downloaded`, {
      lines: ['The release has no address for it.'],
    });
  throw new Failure('no_asset', `Release ${tag} has no package for ${agent} (${script})`, {
    lines: [
      `Looked for ${part}*.zip among:`,
      ...(assets.length > 0 ? assets.map(({ name }) => `  ${name}`) : ['  (nothing)']),
    ],
  });
}

/**
 * Downloads a package into memory.
 *
 * @param onProgress told how many bytes are there
 * @throws {Failure} `download` when it cannot be had, or not whole
 */
export async function download(
  { name, url }: Asset,
  { http, token, signal }: Asking,
  onProgress: (bytes: number) => void,
): Promise<Uint8Array> {
  const failed = (why: string, details: string[] = [], cause?: unknown) =>
    new Failure('download', `${name} could not be downloaded`, { lines: [why, url], details, cause });
  let got: Got;
  try {
    got = await http.get(url, { token, timeoutMs: DOWNLOAD_TIMEOUT_MS, signal });
    if (got.status === 200) return Buffer.concat(await collect(got.body, PACKAGE_BYTES_MAX, onProgress));
  } catch (thrown) {
    throw failed(`The download broke off: ${reasonOf(thrown)}`, [], thrown);
  }
  throw failed(`The server returned ${got.status}.`, headerLines(got));
}

async function collect(
  body: AsyncIterable<Uint8Array>,
  bytesMax: number,
  onProgress: (bytes: number) => void = () => undefined,
): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error(`the answer is larger than ${bytesMax / 1024 ** 2} MB`);
    onProgress(bytes);
  }
  return chunks;
}

/** Takes of the API's answer what is needed. Throws when it is not there. */
function releaseOf(answer: unknown): Release {
  const { tag_name: tag, assets = [] } = answer as { tag_name?: unknown; assets?: unknown };
  if (typeof tag !== 'string' || !Array.isArray(assets)) throw new Error('no tag_name, or assets are no list');
  return {
    tag,
    assets: (assets as Record<string, unknown>[]).map(({ name, browser_download_url: url, size }) => {
      if (typeof name !== 'string') throw new Error('an asset without a name');
      return { name, url: typeof url === 'string' ? url : undefined, bytes: typeof size === 'number' ? size : 0 };
    }),
  };
}

const headerLines = ({ status, headers }: Got): string[] => [
  `Status: ${status}`,
  ...Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`),
];

/** What can be done when too many questions were asked from this address. */
function limitLines({ status, headers }: Got, token: string | undefined): string[] {
  if (status !== 429 && !(status === 403 && headers['x-ratelimit-remaining'] === '0')) return [];
  const reset = Number(headers['x-ratelimit-reset']);
  const when = Number.isFinite(reset) && reset > 0 ? ` It is lifted at ${new Date(reset * 1000).toISOString()}.` : '';
  const remedy = token ? '' : ' With a token (--github-token or GH_TOKEN) it is higher.';
  return [
    `The rate limit is reached.${when}${remedy}`,
    'The built-in templates need no network: leave --release away.',
  ];
}

/** Why nothing came: the innermost cause, where the network says what it was. */
function reasonOf(thrown: unknown): string {
  let cause = thrown;
  while (cause instanceof Error && (cause.cause instanceof Error || cause instanceof AggregateError))
    cause = cause.cause ?? (cause as AggregateError).errors[0];
  const code = (cause as NodeJS.ErrnoException).code;
  const message = messageOf(cause);
  return code && !message.includes(code) ? `${message} (${code})` : message;
}
