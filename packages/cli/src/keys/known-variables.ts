/** The environment variables in which people already have the keys of the shipped providers. */
export const KEY_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  openrouter: ['OPENROUTER_API_KEY'],
  openai: ['OPENAI_API_KEY'],
  anthropic: ['ANTHROPIC_API_KEY'],
  google: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
};
