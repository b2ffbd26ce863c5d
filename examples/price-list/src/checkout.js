import { lineTotal } from './discount.js';
import { article } from './prices.js';
import { receipt } from './receipt.js';

/** The receipt for an order: a list of `{ article, quantity }`. */
export function checkout(order) {
  const lines = order.map(({ article: key, quantity }) => {
    const { name, unitCents } = article(key);
    return { name, quantity, cents: lineTotal(unitCents, quantity) };
  });
  return receipt(lines);
}
