import { useMediaQuery } from '@mantine/hooks';

/** Whether the window is as narrow as a phone. */
export const useNarrow = (): boolean => useMediaQuery('(max-width: 760px)', false, { getInitialValueInEffect: false });
