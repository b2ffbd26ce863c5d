import { duration, elapsed } from '../format/figures.ts';
import { useNow } from '../live/use-now.ts';

/** How long something has been going on, ticking until it has ended. */
export function Elapsed({ since, until }: { since: number | undefined; until?: number | undefined }) {
  if (since === undefined) return <span className="fk-figure fk-faint">–</span>;
  if (until !== undefined) return <span className="fk-figure">{duration(until - since)}</span>;
  return <Ticking since={since} />;
}

function Ticking({ since }: { since: number }) {
  return <span className="fk-figure">{elapsed(useNow() - since)}</span>;
}
