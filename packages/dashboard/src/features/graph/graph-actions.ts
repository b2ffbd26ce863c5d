import { createContext } from 'react';

/** What a node may ask of the drawing around it. */
export const GraphActions = createContext<{ toggle: (taskId: string) => void }>({ toggle: () => undefined });
