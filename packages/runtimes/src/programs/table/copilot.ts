import type { Launch, Program } from '../program.ts';
import { bearer } from './bearer.ts';

const launch = (args: readonly string[]): Launch => ({
  command: 'copilot',
  args,
  package: { name: '@github/copilot', version: '1.0.102', entry: '@github/copilot/npm-loader.js', megabytes: 190 },
});
const ANY_MODEL = 'default';

export const copilot: Program = {
  name: 'copilot',
  title: 'Copilot CLI',
  acp: launch(['--acp']),
  headless: {
    ...launch(['--allow-all-tools', '--output-format', 'json', '-p', '{prompt}']),
    prompt: 'argument',
    output: 'copilot',
  },
  wire: 'openai-chat',
  login: {
    files: ['.copilot/config.json'],
    command: launch(['login']),
    tokenVariable: 'COPILOT_GITHUB_TOKEN',
    hosts: ['api.github.com', 'github.com', 'api.githubcopilot.com', '*.githubcopilot.com'],
  },
  own: {
    instructions: ['.copilot/copilot-instructions.md'],
    skills: ['.copilot/skills', '.copilot/agents'],
  },
  mcp: {
    path: '.copilot/mcp-config.json',
    format: 'json',
    key: 'mcpServers',
    entry: ({ url, token }) => ({ type: 'http', url, headers: bearer(token), tools: ['*'] }),
  },
  prepare: ({ gateway, model }) => ({
    files: [],
    env: {
      COPILOT_AUTO_UPDATE: 'false',
      ...(gateway && {
        COPILOT_PROVIDER_BASE_URL: `${gateway.url}/v1`,
        COPILOT_PROVIDER_TYPE: 'openai',
        COPILOT_PROVIDER_API_KEY: gateway.token,
        COPILOT_MODEL: model ?? ANY_MODEL,
        // With a provider of its own it needs no login at GitHub, unless it asks there all the same.
        COPILOT_OFFLINE: 'true',
      }),
      ...(!gateway && model && { COPILOT_MODEL: model }),
    },
  }),
  installHint: 'fusion-kit agent install copilot, or npm install --global @github/copilot',
  loginHint: 'Run `copilot` once and /login, then `fusion-kit agent login copilot`.',
};
