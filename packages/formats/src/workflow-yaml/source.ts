import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import type { FileProblem } from '../problem.ts';

export interface Position {
  line: number;
  column: number;
}
type Path = readonly PropertyKey[];

/** A file that was read as YAML, and where its parts stand. */
export interface Source {
  /** What the file says, as plain data. Meaningless when there are problems. */
  value: unknown;
  problems: FileProblem[];
  warnings: FileProblem[];
  /** The value at `path`, or the key of the nearest thing around it that exists. */
  positionOf(path: Path): Position;
  /** The key at the end of `path`. */
  positionOfKey(path: Path): Position;
  /** What stands `offset` characters into the text at `path`, a template: exact, or the opening of its expression where the file writes the text in another way. */
  positionInText(path: Path, text: string, offset: number): Position;
  /** What stands `offset` characters into the expression at `path`, or the start of the value where the file writes the expression in another way. */
  positionInExpression(path: Path, expression: string, offset: number): Position;
}

/** Aliases may repeat parts of a file, but not blow it up. */
const ALIASES_MAX = 100;
/** A file is data of a known shape: what lies deeper than this is a mistake or an attack. */
const NESTING_MAX = 100;
const OPENING = '${{';

/** Reads YAML 1.2 (JSON is a part of it); never throws for what a file contains. */
export function readSource(text: string): Source {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problem = (offset: number, message: string): FileProblem => ({
    code: 'workflow_syntax',
    message,
    ...at(offset),
  });
  const nothing = { value: undefined, warnings: [], ...positions(undefined, text, at) };
  try {
    // Unique keys are checked below: the library compares each key with all before it, which takes minutes for 100,000 nodes.
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      stringKeys: true,
    });
    if (document.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION'))
      return { ...nothing, problems: [problem(0, 'the file is nested too deeply')] };
    const problems = document.errors.map((error) => problem(error.pos[0], plain(error.message)));
    if (problems.length > 0) return { ...nothing, problems };
    const found = misfits(document).map(({ offset, message }) => problem(offset, message));
    if (found.length > 0) return { ...nothing, problems: found };
    const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
    const placed = positions(document.contents, text, at);
    const deep = pathDeeperThan(NESTING_MAX, value);
    const message = `this is nested more than ${NESTING_MAX} deep`;
    if (deep) return { ...nothing, problems: [{ code: 'workflow_syntax', message, ...placed.positionOf(deep) }] };
    return {
      value,
      problems: [],
      warnings: document.warnings.map((warning) => problem(warning.pos[0], plain(warning.message))),
      ...placed,
    };
  } catch (error) {
    // The library recurses into nested parts (RangeError) and refuses alias bombs (ReferenceError).
    if (error instanceof RangeError) return { ...nothing, problems: [problem(0, 'the file is nested too deeply')] };
    if (error instanceof ReferenceError) return { ...nothing, problems: [problem(0, plain(error.message))] };
    throw error;
  }
}

const plain = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1);

interface Misfit {
  offset: number;
  message: string;
}

/** What YAML allows but plain data cannot say: keys given twice, a key that objects cannot hold, aliases of nothing. */
function misfits(document: Document): Misfit[] {
  const found: Misfit[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        if (anchors.has(node.source)) return;
        found.push({ offset: start(node), message: `*${node.source} stands for nothing before it` });
      } else if (isScalar(node) || isCollection(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
        if (isMap<Node, Node | null>(node)) found.push(...badKeys(node));
      }
    },
  });
  return found;
}

function badKeys(map: YAMLMap<Node, Node | null>): Misfit[] {
  const found: Misfit[] = [];
  const seen = new Set<string>();
  for (const { key } of map.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (seen.has(name)) found.push({ offset: start(key), message: `the key ${name} is given twice` });
    if (name === '__proto__') found.push({ offset: start(key), message: 'the name __proto__ cannot be used' });
    seen.add(name);
  }
  return found;
}

/** The way to something that lies deeper than `depth`; aliases count as what they stand for. A part that many aliases name is looked at again only where it lies deeper. */
function pathDeeperThan(depth: number, value: unknown): string[] | undefined {
  interface Place {
    value: unknown;
    depth: number;
    key: string;
    around?: Place;
  }
  const seen = new Map<object, number>();
  const places: Place[] = [{ value, depth: 0, key: '' }];
  for (let place = places.pop(); place; place = places.pop()) {
    if (typeof place.value !== 'object' || place.value === null) continue;
    if (place.depth > depth) {
      const path: string[] = [];
      for (let at: Place | undefined = place; at?.around; at = at.around) path.unshift(at.key);
      return path;
    }
    if ((seen.get(place.value) ?? -1) >= place.depth) continue;
    seen.set(place.value, place.depth);
    for (const [key, inner] of Object.entries(place.value))
      places.push({ value: inner, depth: place.depth + 1, key, around: place });
  }
  return undefined;
}

function positions(contents: Node | null | undefined, text: string, at: (offset: number) => Position) {
  /** As far along the path as the file goes: the last key seen, the node there, and whether that is the whole path. */
  const walk = (path: Path) => {
    let node: Node | null | undefined = contents;
    let key: Node | undefined;
    for (const step of path) {
      const next = child(node, step);
      if (next === undefined) return { node, key, whole: false };
      key = next.key ?? next.value ?? key;
      node = next.value;
    }
    return { node, key, whole: true };
  };
  return {
    positionOf: (path: Path) => {
      const { node, key, whole } = walk(path);
      return at(start(whole ? (node ?? key) : (key ?? node)));
    },
    positionOfKey: (path: Path) => {
      const { node, key } = walk(path);
      return at(start(key ?? node));
    },
    positionInText: (path: Path, value: string, offset: number) => {
      const { node } = walk(path);
      const [from, to] = node?.range ?? [0, 0];
      const opening = value.lastIndexOf(OPENING, offset);
      // Whatever the quoting and folding, the openings stand in the file in the same order as in the text.
      let found = from - 1;
      for (let skip = openingsBefore(value, opening); skip >= 0 && found < to; skip--) {
        found = text.indexOf(OPENING, found + 1);
        if (found === -1 || found >= to) return at(from);
      }
      return at(text.startsWith(value.slice(opening, offset), found) ? found + offset - opening : found);
    },
    positionInExpression: (path: Path, expression: string, offset: number) => {
      const [from, to] = walk(path).node?.range ?? [0, 0];
      const found = text.slice(from, to).indexOf(expression);
      return at(found === -1 ? from : from + found + offset);
    },
  };
}

const start = (node: Node | null | undefined): number => node?.range?.[0] ?? 0;

const openingsBefore = (text: string, offset: number): number => text.slice(0, offset).split(OPENING).length - 1;

function child(node: Node | null | undefined, step: PropertyKey): { key?: Node; value: Node | null } | undefined {
  if (isMap<Node, Node | null>(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    return pair && { key: pair.key, value: pair.value ?? null };
  }
  if (isSeq<Node | null>(node)) {
    const value = node.items[Number(step)];
    return value === undefined ? undefined : { value };
  }
  return undefined;
}
