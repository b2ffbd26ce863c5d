import type { OfferedTool } from './offered.ts';
import type { Action } from './scenario.ts';

/** A call of a tool, ready to be written into an answer. */
export interface Call {
  name: string;
  namespace?: string;
  arguments: string;
}

/** What coding agents call their shells, and the tools that write files. */
const SHELLS = [
  'Bash',
  'bash',
  'exec_command',
  'shell_command',
  'shell',
  'run_shell_command',
  'Execute',
  'execute_command',
];
const WRITERS = ['Write', 'write', 'write_file', 'create', 'Create', 'create_file'];
const PATHS = ['file_path', 'filePath', 'path', 'absolute_path'];
const CONTENTS = ['content', 'contents', 'file_text', 'new_text'];
/** Tools of MCP servers may be hidden until they are searched for. */
const SEARCHES = ['ToolSearch', 'tool_search'];

/**
 * The call by which an agent's own tools carry out an action: what they are called, and what they take, differs from agent to agent. Undefined where it offers none. Pure.
 * @param said all of the request, in which the names of hidden tools are
 */
export function callFor(action: Action, tools: readonly OfferedTool[], said: string): Call | undefined {
  if ('shell' in action) return shellCall(action.shell, tools);
  if ('mcp' in action) return mcpCall(action, tools, said);
  const { path, content } = action.write;
  const writer = named(tools, WRITERS);
  if (!writer || wantsAbsolute(writer))
    return shellCall(`mkdir -p "$(dirname ${quoted(path)})" && printf %s ${quoted(content)} > ${quoted(path)}`, tools);
  return calling(writer, { [among(writer, PATHS)]: path, [among(writer, CONTENTS)]: content });
}

/** Whether it refuses a path that is relative, as Qwen Code does: where the workspace lies no script knows. */
const wantsAbsolute = ({ properties }: OfferedTool): boolean =>
  Object.values(properties).some(({ description }) => String(description).includes('Relative paths are not supported'));

/** Whether a call only looks for tools, and carries nothing out. */
export const isSearch = (name: string | undefined): boolean => name !== undefined && SEARCHES.includes(name);

function shellCall(command: string, tools: readonly OfferedTool[]): Call | undefined {
  const shell = named(tools, SHELLS);
  if (!shell) return undefined;
  if ('cmd' in shell.properties) return calling(shell, { cmd: command });
  const takesWords = shell.properties['command']?.type === 'array';
  return calling(shell, { command: takesWords ? ['/bin/sh', '-c', command] : command });
}

/** Tools of MCP servers are called by their own names with something before them. */
function mcpCall(
  { mcp, args }: Extract<Action, { mcp: string }>,
  tools: readonly OfferedTool[],
  said: string,
): Call | undefined {
  const tool = tools.find(({ name }) => name === mcp || new RegExp(`[_.-]${mcp}$`).test(name));
  if (tool) return calling(tool, args);
  const search = named(tools, SEARCHES);
  if (!search) return undefined;
  const [hidden] = new RegExp(`[\\w-]+[_.-]${mcp}\\b`).exec(said.replaceAll('\\n', ' ')) ?? [];
  // One whose name is not known yet may be found by words; servers take a moment to be connected.
  if (hidden === undefined) return calling(search, { query: mcp });
  const query = `select:${hidden}`;
  if (!said.includes(query)) return calling(search, { query });
  // Found before, but offered in a way of its own.
  const through = named(tools, ['tool_call']);
  if (through) return calling(through, { name: hidden, arguments: args });
  return { name: hidden, arguments: JSON.stringify(args) };
}

/** With a value for everything that a tool wants and a script does not know of. */
function calling({ name, namespace, properties, required }: OfferedTool, args: Record<string, unknown>): Call {
  const others = required.filter((key) => !(key in args)).map((key) => [key, anyValue(properties[key])]);
  const all = { ...Object.fromEntries(others), ...args };
  return { name, ...(namespace !== undefined && { namespace }), arguments: JSON.stringify(all) };
}

/** The least that keeps to a JSON Schema, as far as models' clients use them. Pure. */
export function anyValue(schema: unknown): unknown {
  const { type, enum: choices, properties } = Object(schema) as Record<string, unknown>;
  if (Array.isArray(choices)) return choices[0];
  switch (String(Array.isArray(type) ? type[0] : (type ?? (properties ? 'object' : 'string'))).toLowerCase()) {
    case 'object':
      return Object.fromEntries(Object.entries(Object(properties) as object).map(([key, one]) => [key, anyValue(one)]));
    case 'array':
      return [];
    case 'number':
    case 'integer':
      return 1;
    case 'boolean':
      return false;
    default:
      return 'scripted';
  }
}

const named = (tools: readonly OfferedTool[], names: readonly string[]): OfferedTool | undefined =>
  names.map((name) => tools.find((tool) => tool.name === name)).find((tool) => tool !== undefined);

const among = ({ properties }: OfferedTool, names: readonly string[]): string =>
  names.find((name) => name in properties) ?? names[0]!;

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
