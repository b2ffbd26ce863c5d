const KEY = 'fusion-kit.token';

/** Where a token is kept between reloads of one tab; no cookie, since cookies cross the ports of a host. */
export type TokenShelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The token in an address such as `http://127.0.0.1:8000/#token=abc`, or in a bare fragment. Pure. */
export function tokenIn(address: string): string | undefined {
  const fragment = address.slice(address.indexOf('#') + 1);
  return new URLSearchParams(fragment).get('token') ?? undefined;
}

/** Takes the token out of the address bar into the shelf, so that it is in no history, screenshot or referrer. */
export function takeToken(
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  shelf: TokenShelf,
  history: Pick<History, 'replaceState'>,
): string | undefined {
  const given = location.hash ? tokenIn(location.hash) : undefined;
  if (given === undefined) return shelf.getItem(KEY) ?? undefined;
  shelf.setItem(KEY, given);
  history.replaceState(null, '', location.pathname + location.search);
  return given;
}
