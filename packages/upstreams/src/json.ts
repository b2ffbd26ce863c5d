/** The value of a JSON text, or undefined when it is none: what a provider sends is not trusted to be what it says. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
