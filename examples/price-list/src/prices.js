/** Articles of the shop; prices in cents for one piece, VAT included. */
export const ARTICLES = {
  pencil: { name: 'Pencil', unitCents: 35 },
  notebook: { name: 'Notebook', unitCents: 350 },
  stapler: { name: 'Stapler', unitCents: 1299 },
};

/** The article of that key. Throws for one that the shop does not have. */
export function article(key) {
  const found = ARTICLES[key];
  if (!found) throw new Error(`there is no article "${key}"`);
  return found;
}
