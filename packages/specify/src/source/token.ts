import type { Environment } from '../world.ts';

/** The token to ask GitHub with: the option, then `GH_TOKEN`, then `GITHUB_TOKEN`; a blank one counts as none. */
export const tokenOf = (option: string | undefined, env: Environment): string | undefined =>
  [option, env['GH_TOKEN'], env['GITHUB_TOKEN']].map((token) => token?.trim()).find(Boolean);
