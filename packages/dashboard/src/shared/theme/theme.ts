import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** One accent: the colour of what is alive and of what is chosen. */
const accent: MantineColorsTuple = [
  '#eef3ff',
  '#dce6fd',
  '#b7cbf9',
  '#8faff5',
  '#6e9bff',
  '#3568de',
  '#2159d6',
  '#1b4bb8',
  '#173f9a',
  '#12327b',
];
const dark: MantineColorsTuple = [
  '#e6e7e9',
  '#b4b8be',
  '#8f959d',
  '#6a7078',
  '#33373d',
  '#272a30',
  '#1b1e22',
  '#131518',
  '#0d0f11',
  '#08090a',
];
const gray: MantineColorsTuple = [
  '#fafaf8',
  '#f3f3f0',
  '#e7e7e3',
  '#d9d9d4',
  '#c5c6c1',
  '#a5a7a6',
  '#7c8085',
  '#565b61',
  '#34383d',
  '#1b1d20',
];

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 5 },
  colors: { accent, dark, gray },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '20px' }, h2: { fontSize: '15px' }, h3: { fontSize: '13px' } },
  },
  defaultRadius: 'sm',
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '10px', xl: '14px' },
  spacing: { xs: '6px', sm: '10px', md: '14px', lg: '20px', xl: '28px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs', fw: 550 } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs' } },
    TagsInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Autocomplete: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false, fz: 'xs' } },
    Modal: {
      defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.3 } },
      styles: { title: { fontWeight: 600, fontSize: 15 } },
    },
  },
});
