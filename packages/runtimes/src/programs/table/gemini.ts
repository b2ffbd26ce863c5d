import type { Launch, Program } from '../program.ts';
import { bearer } from './bearer.ts';

const launch = (args: readonly string[]): Launch => ({
  command: 'gemini',
  args,
  package: {
    name: '@google/gemini-cli',
    version: '0.61.0',
    entry: '@google/gemini-cli/bundle/gemini.js',
    megabytes: 100,
  },
});

export const gemini: Program = {
  name: 'gemini',
  title: 'Gemini CLI',
  acp: { ...launch(['--acp']), gatewayAuthMethod: 'gemini-api-key' },
  headless: {
    ...launch(['--approval-mode', 'yolo', '-o', 'stream-json']),
    prompt: 'stdin',
    output: 'gemini',
    modelArgs: (model) => ['-m', model],
  },
  wire: 'gemini',
  login: {
    files: ['.gemini/oauth_creds.json', '.gemini/google_accounts.json'],
    command: launch([]),
    hosts: ['cloudcode-pa.googleapis.com', 'oauth2.googleapis.com', 'accounts.google.com', 'www.googleapis.com'],
  },
  own: {
    instructions: ['.gemini/GEMINI.md'],
    settings: {
      path: '.gemini/settings.json',
      format: 'json',
      never: ['security', 'telemetry', 'privacy', 'model', 'selectedAuthType', 'sandbox', 'mcpServers', 'mcp'],
    },
    skills: ['.gemini/skills', '.gemini/commands'],
  },
  mcp: {
    path: '.gemini/settings.json',
    format: 'json',
    key: 'mcpServers',
    entry: ({ url, token }) => ({ httpUrl: url, headers: bearer(token), trust: true }),
  },
  prepare: ({ gateway, model }) => ({
    files: [
      {
        path: '.gemini/settings.json',
        format: 'json',
        content: {
          security: {
            auth: { selectedType: gateway ? 'gemini-api-key' : 'oauth-personal' },
            // It leaves out what a project configures until a person has trusted its folder.
            folderTrust: { enabled: false },
          },
          general: { disableAutoUpdate: true, disableUpdateNag: true, enableAutoUpdate: false },
          privacy: { usageStatisticsEnabled: false },
          telemetry: { enabled: false },
          tools: { sandbox: false },
        },
      },
    ],
    env: {
      NO_BROWSER: '1',
      ...(gateway && { GEMINI_API_KEY: gateway.token, GOOGLE_GEMINI_BASE_URL: gateway.url }),
      ...(model && { GEMINI_MODEL: model }),
    },
  }),
  installHint: 'fusion-kit agent install gemini, or npm install --global @google/gemini-cli',
  loginHint: 'Run `gemini` once and log in with Google, then `fusion-kit agent login gemini`.',
};
