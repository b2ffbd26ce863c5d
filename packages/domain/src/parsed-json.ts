/** The value of a JSON text; undefined when it is none. For what others wrote, whose shape is checked next. Pure. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
