import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { readCommandSource } from './command-source.ts';
import { COMMAND_LAYOUTS } from './layouts.ts';
import { renderCommand } from './render-command.ts';

const source = (body: string) =>
  readCommandSource(
    `---\r\ndescription: Says "so" \\ and stops.\r\nscripts:\r\n  sh: scripts/bash/a.sh "{ARGS}"\r\n  ps: scripts/powershell/a.ps1 "{ARGS}"\r\n---\r\n${body}`,
    'sh',
  );
const rendered = (body: string) => renderCommand(source(body), 'claude', COMMAND_LAYOUTS.claude);

describe('a command', () => {
  test('is filled in for one agent and one shell', () => {
    expect(rendered('\nRun {SCRIPT} for __AGENT__.\n\n\n')).toBe(
      '---\ndescription: Says "so" \\ and stops.\n---\n\nRun .specify/scripts/bash/a.sh "$ARGUMENTS" for claude.\n',
    );
  });

  test('keeps of its examples only those for the shell in use', () => {
    const text = rendered('- Bash: `{SCRIPT} -x`\n- PowerShell: `{SCRIPT} -X`\n- Bash: anything\n');
    expect(text).toContain('- Bash: `.specify/scripts/bash/a.sh "$ARGUMENTS" -x`\n- Bash: anything\n');
    expect(text).not.toContain('PowerShell');
  });

  test.each([
    ['memory/constitution.md', '.specify/memory/constitution.md'],
    ['`/templates/spec-template.md`', '`.specify/templates/spec-template.md`'],
    ['(scripts/bash/x.sh)', '(.specify/scripts/bash/x.sh)'],
    ['.specify/templates/tasks-template.md', '.specify/templates/tasks-template.md'],
    ['src/templates/page.html', 'src/templates/page.html'],
    ['my-scripts/x', 'my-scripts/x'],
  ])('%s becomes %s', (written, read) => {
    expect(rendered(written)).toContain(`---\n${read}\n`);
  });

  test('survives TOML whatever its text', () => {
    const body = 'a \\ b \\n """quoted""" {ARGS} ""\n"';
    const toml = renderCommand(source(body), 'gemini', COMMAND_LAYOUTS.gemini);
    expect(parse(toml)).toEqual({
      description: 'Says "so" \\ and stops.',
      prompt: `---\ndescription: Says "so" \\ and stops.\n---\n${body.replace('{ARGS}', '{{args}}')}\n`,
    });
  });

  test('without a description is refused', () => {
    expect(() => readCommandSource('# Only text\n', 'sh')).toThrow('needs frontmatter');
  });
});
