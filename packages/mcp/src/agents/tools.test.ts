import * as z from 'zod';
import { expect, it } from 'vitest';
import { AGENT_TOOLS } from './tools.ts';

it('all are called fusion_ and told apart by their names', () => {
  const names = AGENT_TOOLS.map(({ name }) => name);
  expect(names.filter((name) => !/^fusion_[a-z_]+$/.test(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});

it.each(AGENT_TOOLS.map((tool) => [tool.name, tool] as const))(
  'what %s takes is said in words that every model provider knows',
  (_name, { input, description }) => {
    const schema = JSON.stringify(z.toJSONSchema(input, { io: 'input' }));
    for (const word of ['propertyNames', '$ref', 'anyOf', 'allOf', 'patternProperties'])
      expect(schema).not.toContain(word);
    expect(description.length).toBeLessThan(500);
  },
);
