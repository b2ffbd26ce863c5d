import { useLocalStorage } from '@mantine/hooks';

/** The name under which a person answers, remembered by this browser. */
export const useOwnName = (): [string, (name: string) => void] => {
  const [name, setName] = useLocalStorage({ key: 'fusion-kit.name', defaultValue: '', getInitialValueInEffect: false });
  return [name, setName];
};
