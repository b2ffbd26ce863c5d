import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineTotal } from '../src/discount.js';

test('a few pieces cost their full price', () => {
  assert.equal(lineTotal(350, 1), 350);
  assert.equal(lineTotal(350, 9), 3150);
});

test('a tier begins with its first piece', () => {
  assert.equal(lineTotal(100, 10), 950);
  assert.equal(lineTotal(100, 50), 4500);
  assert.equal(lineTotal(100, 100), 8500);
});

test('the highest tier that is reached counts', () => {
  assert.equal(lineTotal(100, 49), 4655);
  assert.equal(lineTotal(100, 99), 8910);
  assert.equal(lineTotal(100, 1000), 85000);
});

test('a line costs whole cents, half a cent going up', () => {
  assert.equal(lineTotal(35, 10), 333);
  assert.equal(lineTotal(33, 11), 345);
});
