import type { Program } from '../program.ts';
import { bearer } from './bearer.ts';

const PACKAGE = { name: '@agentclientprotocol/codex-acp', version: '2.6.0', megabytes: 460 };
const CODEX = '@openai/codex/bin/codex.js';
/** By this name the token of the dispatch is found in the environment. */
const TOKEN = 'FUSION_KIT_MODEL_TOKEN';

export const codex: Program = {
  name: 'codex',
  title: 'Codex',
  acp: {
    command: 'codex-acp',
    args: [],
    package: { ...PACKAGE, entry: '@agentclientprotocol/codex-acp/dist/index.js' },
  },
  headless: {
    command: 'codex',
    // Its own sandbox cannot be made inside a cage.
    args: ['exec', '--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', '-'],
    package: { ...PACKAGE, entry: CODEX },
    prompt: 'stdin',
    output: 'codex',
  },
  wire: 'openai-responses',
  login: {
    files: ['.codex/auth.json'],
    command: { command: 'codex', args: ['login', '--device-auth'], package: { ...PACKAGE, entry: CODEX } },
    hosts: ['chatgpt.com', 'api.openai.com', 'auth.openai.com'],
  },
  own: {
    instructions: ['.codex/AGENTS.md'],
    settings: {
      path: '.codex/config.toml',
      format: 'toml',
      never: [
        'model',
        'model_provider',
        'model_providers',
        'profile',
        'profiles',
        'projects',
        'approval_policy',
        'sandbox_mode',
        'sandbox_workspace_write',
        'permissions',
        'default_permissions',
        'shell_environment_policy',
        'openai_base_url',
        'chatgpt_base_url',
        'cli_auth_credentials_store',
        'notify',
        'otel',
      ],
    },
    skills: ['.codex/skills', '.codex/prompts', '.agents/skills'],
  },
  mcp: {
    path: '.codex/config.toml',
    format: 'toml',
    key: 'mcp_servers',
    entry: ({ url, token }) => ({ url, http_headers: bearer(token) }),
  },
  prepare: ({ gateway, model, home }) => ({
    files: [
      {
        path: '.codex/config.toml',
        format: 'toml',
        content: {
          ...(model && { model }),
          check_for_update_on_startup: false,
          sandbox_mode: 'danger-full-access',
          approval_policy: 'never',
          cli_auth_credentials_store: 'file',
          analytics: { enabled: false },
          ...(gateway && {
            model_provider: 'fusion-kit',
            model_providers: {
              'fusion-kit': {
                name: 'fusion-kit',
                base_url: `${gateway.url}/v1`,
                env_key: TOKEN,
                wire_api: 'responses',
              },
            },
          }),
        },
      },
    ],
    env: {
      CODEX_HOME: `${home}/.codex`,
      // For its ACP adapter; a sandbox of its own cannot be made inside a cage.
      INITIAL_AGENT_MODE: 'agent-full-access',
      NO_BROWSER: '1',
      ...(gateway && { [TOKEN]: gateway.token }),
    },
  }),
  installHint: 'fusion-kit agent install codex',
  loginHint: 'Run `codex login`, then `fusion-kit agent login codex`.',
};
