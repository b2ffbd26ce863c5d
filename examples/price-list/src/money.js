/** Whole cents; half a cent goes up. */
export const roundCents = (cents) => Math.floor(cents + 0.5);

/** 1234 is printed as `12.34`. */
export const formatMoney = (cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
