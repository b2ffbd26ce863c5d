const HEADING = /^ {0,3}(#{1,6} .+?)\s*$/;
const FENCE = /^\s*```(\w*)/;

/** What of a template other programs and habits hold on to, in the shape of `fixtures/template-structure.json`. */
export function markdownStructure(text: string) {
  const { frontmatter, body } = splitFrontmatter(text);
  const { outside, inside, languages } = splitFences(body);
  return {
    frontmatter_keys: [...frontmatter.matchAll(/^(\w+):/gm)].map(([, key]) => key!),
    scripts: scriptLines(frontmatter, 'scripts'),
    agent_scripts: scriptLines(frontmatter, 'agent_scripts'),
    headings: outside.flatMap((line) => HEADING.exec(line)?.[1] ?? []),
    headings_inside_code_fences: inside.flatMap((line) => HEADING.exec(line.trimStart())?.[1] ?? []),
    bold_field_labels_in_order: outside.flatMap((line) =>
      [...line.matchAll(/\*\*([^*]+)\*\*:/g)].map(([, label]) => label!),
    ),
    table_header_rows: outside.flatMap((line, index) => (isRule(outside[index + 1]) ? [cells(line)] : [])),
    fence_languages: languages,
    horizontal_rules: outside.filter((line) => line === '---').length,
    checkbox_lines: body.split('\n').filter((line) => /^\s*[-*] \[[ xX]\]/.test(line)).length,
    ids: body.match(/\b(?:T\d{3}|TXXX|FR-\d{3}|SC-\d{3}|CHK\d{3})\b/g) ?? [],
    top_level_numbered_steps: outside.flatMap((line) => Number(/^(\d+)\. /.exec(line)?.[1]) || []),
    bracket_placeholders: counts(
      [...body.matchAll(/\[([^[\]\n]+)\]/g)]
        .map(([, inner]) => inner!)
        .filter((inner) => !/^[ xX]$/.test(inner))
        .map(abbreviated),
    ),
    substitution_tokens: counts(text.match(/\$ARGUMENTS|\{ARGS\}|\{SCRIPT\}|\{AGENT_SCRIPT\}|__AGENT__/g) ?? []),
    slash_command_mentions: [...new Set(text.match(/\/speckit\.[a-z]+/g) ?? [])].toSorted(),
  };
}

export function splitFrontmatter(text: string): { frontmatter: string; body: string } {
  const [whole = '', frontmatter = ''] = /^---\n([\s\S]*?\n)---\n/.exec(text) ?? [];
  return { frontmatter, body: text.slice(whole.length) };
}

function splitFences(body: string) {
  const outside: string[] = [];
  const inside: string[] = [];
  const languages: string[] = [];
  let open = false;
  for (const line of body.split('\n')) {
    const language = FENCE.exec(line)?.[1];
    if (language === undefined) (open ? inside : outside).push(line);
    else {
      if (!open) languages.push(language);
      open = !open;
    }
  }
  return { outside, inside, languages };
}

function scriptLines(frontmatter: string, block: string): Record<string, string> {
  const lines = new RegExp(`^${block}:\\n((?: +.*\\n)+)`, 'm').exec(frontmatter)?.[1] ?? '';
  return Object.fromEntries([...lines.matchAll(/^ +(\w+): (.+)$/gm)].map(([, shell, line]) => [shell!, line!]));
}

function abbreviated(inner: string): string {
  if (inner.length <= 44) return `[${inner}]`;
  const start = inner.slice(0, 24);
  return `[${start.slice(0, start.lastIndexOf(' '))}… (${inner.length} chars)]`;
}

const isRule = (line = '') => /^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/.test(line);
const cells = (row: string) =>
  row
    .trim()
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());

function counts(values: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const value of values) found[value] = (found[value] ?? 0) + 1;
  return found;
}
