import { fileURLToPath } from 'node:url';
import { runtimeConformance } from '@fusion-kit/testing/runtime-conformance';
import type { LaunchedProgram } from '../programs/launched.ts';
import { acp } from './acp.ts';

const AGENT = fileURLToPath(import.meta.resolve('@fusion-kit/testing/acp-agent'));

/** The scripted agent, started as programs are. */
const launched = (env: Record<string, string> = {}): LaunchedProgram => ({
  program: {
    name: 'scripted',
    title: 'The scripted agent',
    acp: { command: 'acp-agent', args: [] },
    prepare: () => ({ files: [], env: {} }),
    installHint: 'It comes with the tests.',
    loginHint: 'Log it in.',
  },
  version: '1.0.0',
  command: process.execPath,
  args: [AGENT],
  env,
  readable: [],
  leftOut: [],
  close: async () => {},
});

runtimeConformance('acp', {
  make: () => acp({ programs: { launch: async () => launched(), check: async () => {}, needsModel: () => false } }),
  open: async () => ({ turn: {}, close: async () => {} }),
  can: {
    tools: true,
    steering: 'after what it does',
    permissions: true,
    outputs: true,
    pauses: 'before it begins',
    crash: 'process_died',
    resumes: 'where it was',
  },
});
