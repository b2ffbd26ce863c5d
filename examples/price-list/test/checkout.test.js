import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkout } from '../src/checkout.js';

test('an order becomes a receipt with the discount taken off', () => {
  const order = [
    { article: 'pencil', quantity: 50 },
    { article: 'stapler', quantity: 1 },
  ];
  assert.equal(
    checkout(order),
    [
      'Pencil                 50     15.75',
      'Stapler                 1     12.99',
      '-----------------------------------',
      'Total                         28.74',
      'of which 20% VAT               4.79',
      '',
    ].join('\n'),
  );
});

test('an unknown article is refused by its name', () => {
  assert.throws(() => checkout([{ article: 'eraser', quantity: 1 }]), /no article "eraser"/);
});
