import type { Launch, Program } from '../program.ts';
import { bearer } from './bearer.ts';

const launch = (args: readonly string[]): Launch => ({
  command: 'opencode',
  args,
  package: { name: 'opencode-ai', version: '1.18.33', entry: 'opencode-PLATFORM/bin/opencode', megabytes: 350 },
});
const TOKEN = 'FUSION_KIT_MODEL_TOKEN';
/** It wants a model to be named; the gateway puts the agent's in its place. */
const ANY_MODEL = 'default';

export const opencode: Program = {
  name: 'opencode',
  title: 'opencode',
  acp: launch(['acp']),
  // A message among its arguments is quoted again by it, which breaks some.
  headless: { ...launch(['run', '--format', 'json']), prompt: 'stdin', output: 'opencode' },
  wire: 'openai-chat',
  login: {
    files: ['.local/share/opencode/auth.json'],
    command: launch(['auth', 'login']),
    hosts: ['opencode.ai', 'models.dev', 'api.anthropic.com', 'api.openai.com', 'openrouter.ai'],
  },
  own: {
    instructions: ['.config/opencode/AGENTS.md'],
    settings: {
      path: '.config/opencode/opencode.json',
      format: 'json',
      never: ['provider', 'model', 'small_model', 'autoupdate', 'share', 'permission', 'mcp', 'enabled_providers'],
    },
    skills: ['.config/opencode/skills', '.config/opencode/agent', '.config/opencode/command'],
  },
  mcp: {
    path: '.config/opencode/opencode.json',
    format: 'json',
    key: 'mcp',
    entry: ({ url, token }) => ({ type: 'remote', url, headers: bearer(token), enabled: true }),
  },
  prepare: ({ gateway, model = ANY_MODEL }) => ({
    files: [
      {
        path: '.config/opencode/opencode.json',
        format: 'json',
        content: {
          autoupdate: false,
          share: 'disabled',
          ...(gateway && {
            model: `fusion-kit/${model}`,
            small_model: `fusion-kit/${model}`,
            provider: {
              'fusion-kit': {
                npm: '@ai-sdk/openai-compatible',
                name: 'fusion-kit',
                options: { baseURL: `${gateway.url}/v1`, apiKey: `{env:${TOKEN}}` },
                models: { [model]: { name: model } },
              },
            },
          }),
        },
      },
    ],
    env: {
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      ...(gateway && { OPENCODE_DISABLE_MODELS_FETCH: '1', [TOKEN]: gateway.token }),
    },
  }),
  installHint: 'fusion-kit agent install opencode, or npm install --global opencode-ai',
  loginHint: 'Run `opencode auth login`, then `fusion-kit agent login opencode`.',
};
