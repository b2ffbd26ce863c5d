import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Language, Parser } from '@vscode/tree-sitter-wasm';
import { expect, test } from 'vitest';
import { CONTEXT_FILES } from '../../dev/context-files.ts';

// No PowerShell is at hand where these tests run: a grammar of the language reads the scripts.
const source = (path: string) => readFileSync(new URL(`../../templates/scripts/${path}`, import.meta.url), 'utf8');
const parameters: Record<string, string[]> = {
  'check-prerequisites': ['$Json', '$RequireTasks', '$IncludeTasks', '$PathsOnly', '$Help'],
  common: [],
  'create-new-feature': ['$Json', '$ShortName', '$Number', '$Help', '$FeatureDescription'],
  'setup-plan': ['$Json', '$Help', '$Ignored'],
  'update-agent-context': ['$AgentType'],
};
const scripts = Object.keys(parameters);
const CMDLETS = ['ConvertTo-Json', 'Get-Item', 'New-Object', 'Select-Object', 'Where-Object', 'Write-Host', 'git'];

const parser = await powershellParser();
const parse = (text: string) => parser.parse(text)!.rootNode;
const texts = (text: string, ...types: string[]) =>
  types.flatMap((type) => parse(text).descendantsOfType(type)).map((node) => node!.text);

async function powershellParser(): Promise<Parser> {
  await Parser.init();
  const grammar = import.meta.resolve('@vscode/tree-sitter-wasm/wasm/tree-sitter-powershell.wasm');
  return new Parser().setLanguage(await Language.load(await readFile(fileURLToPath(grammar))));
}

test.each(scripts)('%s.ps1 is a script of PowerShell', (name) => {
  expect(parse(source(`powershell/${name}.ps1`)).hasError).toBe(false);
});

test.each(['function f { "a"', 'if ($a -eq) { 1 }', "$text = 'a", '$table = @{ a = 1'])('%j is none', (broken) => {
  expect(parse(broken).hasError).toBe(true);
});

test.each(scripts)('%s.ps1 has its parameters', (name) => {
  const found = parse(source(`powershell/${name}.ps1`))
    .children.filter((node) => node?.type === 'param_block')
    .flatMap((block) => block!.descendantsOfType('script_parameter'));
  expect(found.map((parameter) => parameter!.children.at(1)!.text)).toEqual(parameters[name]);
});

test.each(scripts)('%s.ps1 runs nothing but its functions, a few cmdlets and git', (name) => {
  const text = source(`powershell/${name}.ps1`);
  const functions = texts(text + source('powershell/common.ps1'), 'function_name');
  expect(texts(text, 'command_name').filter((command) => ![...functions, ...CMDLETS].includes(command))).toEqual([]);
  const started = texts(text, 'command').filter((command) => /^[&.]/.test(command));
  expect(
    started.filter(
      (command) => !/^& git |^\. \(\[System\.IO\.Path\]::Combine\(\$PSScriptRoot, 'common\.ps1'\)\)$/.test(command),
    ),
  ).toEqual([]);
});

test.each(scripts)('%s.ps1 is ASCII, which is read alike in every code page', (name) => {
  expect(source(`powershell/${name}.ps1`)).toMatch(/^[\n\x20-\x7e]+$/);
});

test('both shells know the same stop words and placeholders', () => {
  const words = (path: string) => /i a an the[\s\S]*?get set/.exec(source(path))![0].split(/[^a-z]+/);
  expect(words('powershell/create-new-feature.ps1')).toEqual(words('bash/create-new-feature.sh'));
  const placeholders = (path: string) => [...source(path).matchAll(/'(\[[A-Z][^\]'\n]*\])'/g)].map(([, text]) => text);
  expect(placeholders('powershell/update-agent-context.ps1')).toEqual(placeholders('bash/update-agent-context.sh'));
});

test('update-agent-context.ps1 knows the file of every agent', () => {
  const pairs = source('powershell/update-agent-context.ps1').matchAll(/^ {4}'([a-z-]+)' = '([^']+)'$/gm);
  expect(Object.fromEntries([...pairs].map(([, key, file]) => [key, file]))).toEqual(CONTEXT_FILES);
});
