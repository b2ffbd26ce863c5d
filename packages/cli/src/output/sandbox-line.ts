import type { Health } from '@fusion-kit/domain/api';
import type { Paint } from '../terminal.ts';

const SAID: Record<Health['sandbox'], string> = {
  bubblewrap: 'bubblewrap: agents see their own workspace and nothing else of yours',
  none: 'NONE: agents can touch everything that you can',
  missing: 'missing: agents are refused, except scripted ones; see `fusion-kit doctor`',
};

/** What confines agents, as loud as it has to be. */
export const sandboxLine = (sandbox: Health['sandbox'], paint: Paint): string => {
  const colour = { bubblewrap: paint.green, none: paint.red, missing: paint.yellow }[sandbox];
  return colour(SAID[sandbox]);
};
