import type { NewId } from '@fusion-kit/domain/ids';
import type { Bodies } from './bodies.ts';
import type { MapItems } from './map-items.ts';
import type { ValuesOptions } from './values.ts';

export interface StepOptions extends ValuesOptions {
  bodies: Bodies;
  items: MapItems;
  newId: NewId;
  clock: () => number;
}
