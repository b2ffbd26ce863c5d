import * as z from 'zod';

/** A tool that a client offers to its model. */
export interface OfferedTool {
  name: string;
  /** Tools of an MCP server have one where a format keeps it apart from the name. */
  namespace?: string;
  properties: Readonly<Record<string, Property>>;
  required: readonly string[];
}

const Property = z.looseObject({
  type: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  description: z.unknown().optional(),
});
export type Property = z.infer<typeof Property>;

const Parameters = z
  .looseObject({
    properties: z.record(z.string(), Property.catch({ type: undefined })).catch({}),
    required: z.array(z.string()).catch([]),
  })
  .catch({ properties: {}, required: [] });

/** A tool by its name and the JSON Schema of what it takes. Pure. */
export function offeredTool(name: string, schema: unknown, namespace?: string): OfferedTool {
  const { properties, required } = Parameters.parse(schema ?? {});
  return { name, ...(namespace !== undefined && { namespace }), properties, required };
}

/** What a request offers and wants beside its messages. */
export interface Offered {
  tools: readonly OfferedTool[];
  /** The JSON Schema that the answer has to keep to, where it has to. */
  answer?: unknown;
  /** The whole request as it came, in which the names of tools are that are not offered yet. */
  said: string;
}

export const NOTHING_OFFERED: Offered = { tools: [], said: '' };
