import { TextInput } from '@mantine/core';

/** Who answers, as agents and the log will name them. */
export const NameField = (props: { name: string; disabled: boolean; onChange: (name: string) => void }) => (
  <TextInput
    aria-label="Your name"
    placeholder="Your name"
    maxLength={100}
    value={props.name}
    disabled={props.disabled}
    onChange={(event) => props.onChange(event.currentTarget.value)}
  />
);
