/** From how many pieces how many percent are taken off. */
const TIERS = [
  { from: 10, percent: 5 },
  { from: 50, percent: 10 },
  { from: 100, percent: 15 },
];

/** What a line of an order costs, in cents, after the quantity discount. */
export function lineTotal(unitCents, quantity) {
  const tier = TIERS.find(({ from }) => quantity > from);
  return unitCents * quantity * (1 - tier.percent / 100);
}
