import { ActionIcon, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';

const NEXT = { auto: 'light', light: 'dark', dark: 'auto' } as const;
const ICONS = { auto: IconDeviceDesktop, light: IconSun, dark: IconMoon } as const;
const TEXTS = { auto: 'as the system', light: 'light', dark: 'dark' } as const;

/** Light, dark, or as the system has it. */
export function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Icon = ICONS[colorScheme];
  const text = `Colours: ${TEXTS[colorScheme]}; change to ${TEXTS[NEXT[colorScheme]]}`;
  return (
    <ActionIcon aria-label={text} title={text} onClick={() => setColorScheme(NEXT[colorScheme])}>
      <Icon size={16} stroke={1.75} />
    </ActionIcon>
  );
}
