import { applyEdits, type JSONPath, modify, type Node, parseTree, type ParseError } from 'jsonc-parser';

export type Merged = { text: string } | { keptBecause: string };

type Value = string | Value[] | Map<string, Value>;
type Leaf = { path: JSONPath; value: unknown };

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Merges a template's settings into a user's: objects key by key, anything else as the template has it. Plain JSON is written anew with four
 * blanks and ASCII only, as it always was; JSON with comments keeps them, and everything else of its shape. Pure.
 *
 * @param theirs text of the existing file
 * @param template text of the template's, an object in plain JSON
 */
export function mergeSettings(theirs: string, template: string): Merged {
  const bare = theirs.startsWith(BYTE_ORDER_MARK) ? theirs.slice(1) : theirs;
  if (bare.trim() === '') return { text: render(valueOf(parseTree(template)!, template)) };
  if (isPlainJson(theirs)) {
    const root = parseTree(theirs)!;
    if (root.type !== 'object') return { text: template };
    return { text: render(merged(valueOf(root, theirs), valueOf(parseTree(template)!, template))) };
  }
  const errors: ParseError[] = [];
  const root = parseTree(bare, errors, { allowTrailingComma: true });
  if (errors.length > 0 || root?.type !== 'object') return { keptBecause: 'it is not JSON, with or without comments' };
  const text = edited(bare, leavesOf(JSON.parse(template), []));
  return { text: theirs === bare ? text : BYTE_ORDER_MARK + text };
}

function isPlainJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A parsed text whose numbers stay as they are written and whose keys stay in their order, which JSON.parse does not promise. */
function valueOf(node: Node, text: string): Value {
  if (node.type === 'object')
    return new Map(node.children!.map(({ children }) => [String(children![0]!.value), valueOf(children![1]!, text)]));
  if (node.type === 'array') return node.children!.map((child) => valueOf(child, text));
  return node.type === 'string' ? ascii(String(node.value)) : text.slice(node.offset, node.offset + node.length);
}

function merged(theirs: Value, template: Value): Value {
  if (!(theirs instanceof Map) || !(template instanceof Map)) return template;
  const both = new Map(theirs);
  for (const [key, value] of template) both.set(key, theirs.has(key) ? merged(theirs.get(key)!, value) : value);
  return both;
}

const render = (value: Value): string => `${rendered(value, '')}\n`;

function rendered(value: Value, indent: string): string {
  if (typeof value === 'string') return value;
  const deeper = `${indent}    `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const items = Array.isArray(value)
    ? value.map((item) => rendered(item, deeper))
    : [...value].map(([key, item]) => `${ascii(key)}: ${rendered(item, deeper)}`);
  return items.length === 0
    ? `${open}${close}`
    : `${open}\n${items.map((item) => deeper + item).join(',\n')}\n${indent}${close}`;
}

const ascii = (text: string): string =>
  JSON.stringify(text).replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

function leavesOf(value: unknown, path: JSONPath): Leaf[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ path, value }];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

function edited(text: string, leaves: readonly Leaf[]): string {
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '    ';
  const formattingOptions = {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 4 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
  return leaves.reduce((now, { path, value }) => {
    // `modify` refuses to put a key into what is no object: the template's object takes its place.
    const blocking = path.findIndex((_key, at) => at > 0 && !isObjectOrAbsent(now, path.slice(0, at)));
    const cleared =
      blocking < 0 ? now : applyEdits(now, modify(now, path.slice(0, blocking), {}, { formattingOptions }));
    return applyEdits(cleared, modify(cleared, path, value, { formattingOptions }));
  }, text);
}

function isObjectOrAbsent(text: string, path: JSONPath): boolean {
  let node = parseTree(text, [], { allowTrailingComma: true });
  for (const key of path) {
    if (node?.type !== 'object') return node === undefined;
    // The last of several equal keys is the one that counts.
    node = node.children!.findLast(({ children }) => children?.[0]?.value === key)?.children?.[1];
  }
  return node === undefined || node.type === 'object';
}
