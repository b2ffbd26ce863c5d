/** How a token is sent to an MCP server. */
export const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });
