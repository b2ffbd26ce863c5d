import { FusionError } from '@fusion-kit/domain/errors';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readWorkflow } from './read.ts';

const refusal = (text: string): FusionError => {
  try {
    readWorkflow(text, 'a.yaml');
  } catch (error) {
    if (error instanceof FusionError) return error;
    throw error;
  }
  throw new Error('the file was read');
};
const withNode = (node: string) => `name: x\nnodes:\n  plan:\n    prompt: p\n    outputs: [summary]\n${node}`;

describe('a file that is too much is refused', () => {
  test('aliases that would grow without bound', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const pair of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh']) {
      const [before, name] = pair.split('');
      bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`);
    }
    expect(refusal(bomb.join('\n')).code).toBe('workflow_syntax');
  });

  test('nesting without end', () => {
    const endless = refusal('['.repeat(100_000));
    expect(endless).toMatchObject({ code: 'workflow_syntax', message: 'a.yaml:1:1: the file is nested too deeply' });
    const deep = (depth: number) => `name: x\nnodes: ${'{ n: { body: '.repeat(depth)}{}${' } }'.repeat(depth)}\n`;
    expect(refusal(deep(10_000)).code).toBe('workflow_syntax');
    expect(refusal(deep(200)).message).toBe('a.yaml:2:658: this is nested more than 100 deep');
    expect(refusal(deep(20)).code).toBe('workflow_too_large');
    const schema = `{ prompt: p, outputs: { a: ${'{ items: '.repeat(5_000)}{}${' }'.repeat(5_000)} } }`;
    expect(refusal(withNode(`  b: ${schema}\n`)).code).toBe('workflow_syntax');
  });

  test('nesting by aliases', () => {
    const lines = Array.from({ length: 5_000 }, (_, at) => `k${at + 1}: &a${at + 1} { body: { n: *a${at} } }`);
    expect(refusal(`k0: &a0 x\n${lines.join('\n')}\n`).code).toBe('workflow_syntax');
  });

  test('a prompt of a megabyte, and a hostile expression', () => {
    expect(refusal(withNode(`  b: { prompt: "${'x'.repeat(1_000_000)}" }\n`))).toMatchObject({
      code: 'workflow_invalid',
      details: { line: 6, column: 16 },
    });
    for (const hostile of [
      '('.repeat(3_000),
      '!'.repeat(3_000),
      '[' + '1,'.repeat(1_900),
      'a|'.repeat(1_900),
      'x'.repeat(5_000),
    ])
      expect(['workflow_invalid', 'expression_invalid']).toContain(
        refusal(withNode(`  b: { if: "${hostile}" }\n`)).code,
      );
  });

  test('more nodes or text than the limits', () => {
    const nodes = Object.fromEntries(Array.from({ length: 100_001 }, (_, at) => [`n${at}`, 0]));
    expect(refusal(JSON.stringify({ name: 'x', nodes }))).toMatchObject({
      code: 'workflow_too_large',
      message: 'a.yaml:1:1: 100001 nodes; the limit is 100000',
    });
    expect(refusal(' '.repeat(20_000_001)).code).toBe('workflow_too_large');
  });
});

test('no text whatever breaks the reader: it is read or refused with a place', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom(
      '\n',
      '  ',
      ': ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '&a ',
      '*a',
      '? ',
      '!!int ',
      '|\n',
      '<<: ',
      'nodes',
      'name',
      '---\n',
      '%YAML 1.1\n',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      expect(refusal(pieces.join('')).message).toMatch(/^a\.yaml:\d+:\d+: ./);
    }),
    { numRuns: 500 },
  );
});
