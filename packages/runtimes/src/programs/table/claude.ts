import type { Program } from '../program.ts';
import { bearer } from './bearer.ts';

const PACKAGE = { name: '@agentclientprotocol/claude-agent-acp', version: '0.100.0', megabytes: 390 };
const NATIVE = '@anthropic-ai/claude-agent-sdk-PLATFORM/claude';

export const claude: Program = {
  name: 'claude',
  title: 'Claude Code',
  acp: {
    command: 'claude-agent-acp',
    args: [],
    package: { ...PACKAGE, entry: '@agentclientprotocol/claude-agent-acp/dist/index.js' },
  },
  headless: {
    command: 'claude',
    // What the cage allows needs no question, and nobody is there to answer one.
    args: ['-p', '--output-format', 'stream-json', '--verbose', '--permission-mode', 'bypassPermissions'],
    package: { ...PACKAGE, entry: NATIVE },
    prompt: 'stdin',
    output: 'claude',
  },
  wire: 'anthropic-messages',
  login: {
    files: ['.claude/.credentials.json'],
    parts: [{ path: '.claude.json', keys: ['oauthAccount', 'userID'] }],
    command: { command: 'claude', args: ['/login'], package: { ...PACKAGE, entry: NATIVE } },
    tokenVariable: 'CLAUDE_CODE_OAUTH_TOKEN',
    hosts: ['api.anthropic.com', 'console.anthropic.com', 'platform.claude.com', 'claude.ai'],
  },
  own: {
    instructions: ['.claude/CLAUDE.md'],
    settings: {
      path: '.claude/settings.json',
      format: 'json',
      never: ['env', 'apiKeyHelper', 'forceLoginMethod', 'model', 'permissions', 'sandbox', 'enabledPlugins'],
    },
    skills: ['.claude/skills', '.claude/agents', '.claude/commands'],
  },
  mcp: {
    path: '.claude.json',
    format: 'json',
    key: 'mcpServers',
    entry: ({ url, token }) => ({ type: 'http', url, headers: bearer(token) }),
  },
  prepare: ({ gateway, model }) => ({
    files: [{ path: '.claude.json', format: 'json', content: { hasCompletedOnboarding: true } }],
    env: {
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_ERROR_REPORTING: '1',
      // It refuses to work without questions as root, unless it is told that it is in a cage.
      IS_SANDBOX: '1',
      // Few models besides the vendor's know how to look for tools that are left out at first.
      ...(gateway && { ENABLE_TOOL_SEARCH: 'false' }),
      ...(gateway && { ANTHROPIC_BASE_URL: gateway.url, ANTHROPIC_API_KEY: gateway.token }),
      ...(model && { ANTHROPIC_MODEL: model }),
      // Its small model asks for titles and summaries: the gateway has one model for an agent.
      ...(gateway && model && { ANTHROPIC_DEFAULT_HAIKU_MODEL: model }),
    },
  }),
  installHint: 'fusion-kit agent install claude',
  loginHint: 'Run `claude` once and /login, then `fusion-kit agent login claude`.',
};
