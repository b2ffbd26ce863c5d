import assert from 'node:assert/strict';
import { test } from 'node:test';
import { receipt } from '../src/receipt.js';

test('a receipt lists its lines, the total and the VAT in it', () => {
  const lines = [
    { name: 'Pencil', quantity: 10, cents: 333 },
    { name: 'Notebook', quantity: 2, cents: 700 },
  ];
  assert.equal(
    receipt(lines),
    [
      'Pencil                 10      3.33',
      'Notebook                2      7.00',
      '-----------------------------------',
      'Total                         10.33',
      'of which 20% VAT               1.72',
      '',
    ].join('\n'),
  );
});

test('a long name is cut to its column', () => {
  const [line] = receipt([{ name: 'Fountain pen, blue, broad nib', quantity: 1, cents: 2400 }]).split('\n');
  assert.equal(line, 'Fountain pen, blue,     1     24.00');
});

test('nothing bought is an empty receipt with a total of nothing', () => {
  assert.match(receipt([]), /^-{35}\nTotal +0\.00\n/);
});
