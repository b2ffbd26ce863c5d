import type { Launch, Program } from '../program.ts';
import { bearer } from './bearer.ts';

const launch = (args: readonly string[]): Launch => ({
  command: 'qwen',
  args,
  package: { name: '@qwen-code/qwen-code', version: '0.24.4', entry: '@qwen-code/qwen-code/cli.js', megabytes: 145 },
});

export const qwen: Program = {
  name: 'qwen',
  title: 'Qwen Code',
  acp: launch(['--acp']),
  headless: { ...launch(['--approval-mode', 'yolo', '-o', 'stream-json']), prompt: 'stdin', output: 'claude' },
  wire: 'openai-chat',
  login: {
    files: ['.qwen/oauth_creds.json'],
    command: launch([]),
    hosts: ['chat.qwen.ai', 'portal.qwen.ai', 'dashscope.aliyuncs.com'],
  },
  own: {
    instructions: ['.qwen/QWEN.md'],
    settings: {
      path: '.qwen/settings.json',
      format: 'json',
      never: ['security', 'telemetry', 'privacy', 'model', 'modelProviders', 'env', 'selectedAuthType', 'mcpServers'],
    },
    skills: ['.qwen/skills', '.qwen/agents', '.qwen/commands'],
  },
  mcp: {
    path: '.qwen/settings.json',
    format: 'json',
    key: 'mcpServers',
    entry: ({ url, token }) => ({ httpUrl: url, headers: bearer(token), trust: true }),
  },
  prepare: ({ gateway, model }) => ({
    files: [
      {
        path: '.qwen/settings.json',
        format: 'json',
        content: {
          security: { auth: { selectedType: gateway ? 'openai' : 'qwen-oauth' }, folderTrust: { enabled: false } },
          general: { disableAutoUpdate: true, disableUpdateNag: true, enableAutoUpdate: false },
          privacy: { usageStatisticsEnabled: false },
          telemetry: { enabled: false },
          tools: { sandbox: false },
        },
      },
    ],
    env: {
      NO_BROWSER: '1',
      ...(gateway && { OPENAI_API_KEY: gateway.token, OPENAI_BASE_URL: `${gateway.url}/v1` }),
      ...(gateway && model && { OPENAI_MODEL: model }),
    },
  }),
  installHint: 'fusion-kit agent install qwen, or npm install --global @qwen-code/qwen-code',
  loginHint: 'Run `qwen` once and log in, then `fusion-kit agent login qwen`.',
};
