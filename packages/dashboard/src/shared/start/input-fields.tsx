import { Textarea } from '@mantine/core';

interface InputFieldsProps {
  inputs: readonly { name: string; description?: string | undefined; given: string; required?: boolean }[];
  onChange: (name: string, value: string) => void;
}

/** The inputs of a workflow, one field each. */
export const InputFields = ({ inputs, onChange }: InputFieldsProps) =>
  inputs.map(({ name, description, given, required = false }) => (
    <Textarea
      key={name}
      label={name}
      description={description}
      required={required}
      autosize
      minRows={1}
      maxRows={8}
      value={given}
      onChange={(event) => onChange(name, event.currentTarget.value)}
    />
  ));
