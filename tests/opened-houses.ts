import { afterEach } from 'vitest';
import { type House, type HouseOptions, openHouse } from './house.ts';

const open: House[] = [];

/** A house that is closed after the test. */
export const house = async (options?: HouseOptions): Promise<House> => {
  const opened = await openHouse(options);
  open.push(opened);
  return opened;
};

export const closeHouses = async (): Promise<void> => {
  for (const each of open.splice(0)) await each.close();
};
afterEach(closeHouses);
