/** VAT that the prices contain, in percent. */
export const VAT_PERCENT = 20;

/**
 * The receipt as text: a line for each `{ name, quantity, cents }`, a rule, the total and the VAT in it.
 * Names take 20 columns, quantities 5, amounts 10.
 */
export function receipt(lines) {
  throw new Error(`receipt is not written yet (${lines.length} lines)`);
}
