/** Names under which configurations keep secrets. */
const SECRET_NAME =
  /(api[-_]?key|apikey|access[-_]?key|private[-_]?key|token|secret|password|passwd|credential|authorization|bearer|cookie|oauth|^auth$|^pat$)/i;
/** Names that say in which variable a secret is. */
const NAMES_A_VARIABLE = /(env[-_]?(key|var)|variable)$/i;
/** Secrets by their look, whatever they are called. */
const SECRET_LOOKS =
  /(sk-[\w-]{12,}|gh[opusr]_\w{16,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|AIza[\w-]{30,}|AKIA[A-Z0-9]{12,}|npm_\w{20,}|ya29\.[\w-]{20,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$))/g;
/** `${NAME}`, `{env:NAME}`: where a secret is to be found, not what it is. */
const REFERENCE = /^(Bearer )?(\$\{?\w+\}?|\$\{env:\w+\}|\{env:\w+\})$/;
const LEFT_OUT = '(left out)';

export interface SecretFree<Value> {
  value: Value;
  /** Names of what was left out: `mcpServers.github.env.GITHUB_TOKEN`. */
  leftOut: string[];
}

/** A configuration without what is a secret by its name or its look. References to variables stay. Pure. */
export function secretFree(value: Readonly<Record<string, unknown>>, path = ''): SecretFree<Record<string, unknown>> {
  const leftOut: string[] = [];
  const kept = (one: unknown, at: string, name: string): unknown => {
    if (Array.isArray(one)) return keptList(one, at);
    if (one !== null && typeof one === 'object')
      return Object.fromEntries(
        Object.entries(one).flatMap(([key, inner]) => {
          const found = kept(inner, at ? `${at}.${key}` : key, key);
          return found === undefined ? [] : [[key, found]];
        }),
      );
    if (typeof one !== 'string' || REFERENCE.test(one)) return one;
    if (!isSecret(name, one)) return one;
    leftOut.push(at);
    return undefined;
  };
  /** Also what comes after an option that is called like a secret. */
  const keptList = (list: readonly unknown[], at: string): unknown[] =>
    list.flatMap((one, index) => {
      const before: unknown = list[index - 1];
      const option = typeof before === 'string' && /^--?[\w-]+$/.test(before) ? before : '';
      const found = kept(one, `${at}.${index}`, typeof one === 'string' && one.startsWith('-') ? '' : option);
      return found === undefined ? [] : [found];
    });
  return { value: kept(value, path, '') as Record<string, unknown>, leftOut };
}

function isSecret(name: string, text: string): boolean {
  if (looksSecret(text)) return true;
  if (SECRET_NAME.test(name) && !NAMES_A_VARIABLE.test(name)) return text !== '';
  // `--api-key=…`, and addresses that carry a password or a key.
  const option = /^--?([\w-]+)=(.+)$/.exec(text);
  if (option && SECRET_NAME.test(option[1] ?? '')) return !REFERENCE.test(option[2] ?? '');
  if (!/^\w+:\/\//.test(text) || !URL.canParse(text)) return false;
  const { password, searchParams } = new URL(text);
  return password !== '' || [...searchParams.keys()].some((key) => SECRET_NAME.test(key) || /^key$/i.test(key));
}

export const looksSecret = (text: string): boolean => text.search(SECRET_LOOKS) !== -1;

/** A text with what looks like a secret taken out. Pure. */
export const secretFreeText = (text: string): string => text.replaceAll(SECRET_LOOKS, LEFT_OUT);
