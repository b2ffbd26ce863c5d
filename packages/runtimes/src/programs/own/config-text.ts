import { parse, stringify } from 'smol-toml';

export type Format = 'json' | 'toml';
export type Config = Readonly<Record<string, unknown>>;

/** What a configuration file says; undefined when it is damaged. JSON may have comments and commas at ends, as these files often do. Pure. */
export function parsedConfig(text: string, format: Format): Config | undefined {
  try {
    const value: unknown = format === 'toml' ? parse(text) : JSON.parse(plainJson(text));
    return isConfig(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export const configText = (config: Config, format: Format): string =>
  format === 'toml' ? stringify(config) : `${JSON.stringify(config, null, 2)}\n`;

/** Both, with what is said by `over` where both say it; lists are not joined. Pure. */
export function over(under: Config, upper: Config): Config {
  const joined: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(upper)) {
    const before = joined[key];
    joined[key] = isConfig(before) && isConfig(value) ? over(before, value) : value;
  }
  return joined;
}

export const isConfig = (value: unknown): value is Config =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** Without comments and commas before an end, outside of strings. */
const plainJson = (text: string): string =>
  text
    .replaceAll(
      /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
      (_whole, string: string | undefined) => string ?? '',
    )
    .replaceAll(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (_whole, string: string | undefined) => string ?? '');
