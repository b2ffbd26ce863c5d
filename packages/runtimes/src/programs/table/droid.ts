import type { Launch, Program } from '../program.ts';
import { bearer } from './bearer.ts';

const launch = (args: readonly string[]): Launch => ({
  command: 'droid',
  args,
  package: { name: 'droid', version: '0.215.0', entry: '@factory/cli-PLATFORM/bin/droid', megabytes: 300 },
});
const ANY_MODEL = 'default';
/** As it names the first model of its own settings. */
const OURS = 'custom:fusion-kit-0';

export const droid: Program = {
  name: 'droid',
  title: 'Factory Droid',
  acp: { ...launch(['exec', '--output-format', 'acp']), gatewayArgs: ['-m', OURS] },
  headless: {
    ...launch(['exec', '--auto', 'high', '-o', 'stream-json', '--add-tools', 'MCP:fusion', '{prompt}']),
    gatewayArgs: ['-m', OURS],
    prompt: 'argument',
    output: 'droid',
  },
  wire: 'openai-chat',
  login: {
    files: ['.factory/auth.json'],
    command: launch([]),
    tokenVariable: 'FACTORY_API_KEY',
    hosts: ['api.factory.ai', 'app.factory.ai', 'api.workos.com', '*.factory.ai'],
  },
  own: {
    instructions: ['.factory/AGENTS.md'],
    settings: {
      path: '.factory/settings.json',
      format: 'json',
      never: ['customModels', 'model', 'sessionDefaultSettings'],
    },
    skills: ['.factory/skills', '.factory/droids', '.factory/commands'],
  },
  mcp: {
    path: '.factory/mcp.json',
    format: 'json',
    key: 'mcpServers',
    entry: ({ url, token }) => ({ type: 'http', url, headers: bearer(token) }),
  },
  prepare: ({ gateway, model = ANY_MODEL }) => ({
    files: gateway
      ? [
          {
            path: '.factory/settings.json',
            format: 'json',
            content: {
              customModels: [
                {
                  id: OURS,
                  model,
                  displayName: 'fusion-kit',
                  baseUrl: `${gateway.url}/v1`,
                  // It takes keys from nowhere else. This one dies with its dispatch.
                  apiKey: gateway.token,
                  provider: 'generic-chat-completion-api',
                  maxOutputTokens: 8_192,
                },
              ],
              enableDroidShield: false,
              cloudSessionSync: false,
            },
          },
        ]
      : [],
    env: {
      FACTORY_DISABLE_KEYRING: '1',
      FACTORY_DROID_AUTO_UPDATE_ENABLED: 'false',
      ...(gateway && { FACTORY_API_KEY: 'unused', FACTORY_AIRGAP_ENABLED: '1' }),
    },
  }),
  installHint: 'fusion-kit agent install droid, or npm install --global droid',
  loginHint: 'Run `droid` once and /login, then `fusion-kit agent login droid`.',
};
