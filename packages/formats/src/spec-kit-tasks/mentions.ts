/** Ids that stand in a text, with ranges as their two ends. */
export type Mention = { id: string } | { from: string; to: string };

const ID = /T\d{3,9}(?:[A-Za-z]{1,2}|(?:\.\d{1,4}){1,3})?(?![A-Za-z0-9_])/g;
const RANGE = /^[*`]{0,3}(?:-|–|—|\.\.\.?|~|〜|～| to | through | bis | a | à | al | – | — | - )[*`]{0,3}(?=T\d{3})/;
/** `002-payments`: its ids are of another list. */
const OTHER_FEATURE = /\b\d{3}-[a-z]/;
/** "Dependencies: none (can run beside T003)" */
const NOTHING =
  /^\W{0,6}(?:none|no|nothing|n\/a|nil|keine?|ningun[ao]?|nenhum[a]?|aucune?|无|無|なし|없음)(?![A-Za-z])/i;
const DEPENDS = /\bdepend(?:s|ent|ing|encies|ency)?\b(?:[ ]+up)?[ ]*(?:on)?\b[*:_ ]{0,6}/gi;

/** Every id in the text, in order; `T003–T007` as a range. */
export function mentions(text: string): Mention[] {
  const found: Mention[] = [];
  let end = -1;
  for (const match of text.matchAll(ID)) {
    const before = text[match.index - 1];
    if (before !== undefined && /[A-Za-z0-9_]/.test(before)) continue;
    const last = found.at(-1);
    const between = end === -1 ? '' : text.slice(end, match.index + 4);
    if (last && 'id' in last && between.length <= 20 && RANGE.test(between))
      found[found.length - 1] = { from: last.id, to: match[0] };
    else found.push({ id: match[0] });
    end = match.index + match[0].length;
  }
  return found;
}

export interface Said {
  /** Those of `(depends on T001, T002)`: they have to exist, and hold whatever way they point. */
  promised: Mention[];
  /** Those of any other "depends on". */
  explicit: Mention[];
  /** All others. */
  mentioned: Mention[];
  /** Whether it depends on something that has no id. */
  unnamed: boolean;
}

/** What a text says about other tasks, clause by clause. */
export function dependenciesIn(text: string): Said {
  const said: Said = { promised: [], explicit: [], mentioned: [], unnamed: false };
  const others: string[] = [];
  let from = 0;
  for (const match of text.matchAll(DEPENDS)) {
    if (match.index < from || !isClause(text, match)) continue;
    const start = match.index + match[0].length;
    const stop = clauseEnd(text, start);
    const clause = text.slice(start, stop);
    if (NOTHING.test(clause)) continue;
    const named = mentions(clause);
    const bracketed = text[match.index - 1] === '(';
    if (named.length === 0) {
      said.unnamed ||= bracketed;
      continue;
    }
    (bracketed && !OTHER_FEATURE.test(clause) ? said.promised : said.explicit).push(...named);
    others.push(text.slice(from, match.index));
    from = stop;
  }
  others.push(text.slice(from));
  return { ...said, mentioned: mentions(others.join('\n')) };
}

/** "depends on", "depends:", "Dependencies: …"; not "no task depends on T003", "T004 depends on T003" nor "dependent". */
function isClause(text: string, match: RegExpExecArray): boolean {
  const said = match[0].toLowerCase();
  const before = text.slice(Math.max(0, match.index - 20), match.index);
  if (/(?:not|no|that|which|tasks?|who) $/i.test(before) || /T\d{3}\w{0,6}[`*,]* (?:\w{1,6} )?$/.test(before))
    return false;
  return said.includes(' on') || said.includes(':') || before.endsWith('(');
}

/** To the bracket that closes, the end of the line or of the sentence. */
function clauseEnd(text: string, start: number): number {
  const stops = [')', '\n\n', '. ', ';', '。'].map((stop) => text.indexOf(stop, start)).filter((at) => at !== -1);
  return Math.min(text.length, ...stops);
}
