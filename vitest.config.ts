import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['fusion-kit-source'] },
  ssr: { resolve: { conditions: ['fusion-kit-source'] } },
  test: {
    include: ['packages/*/src/**/*.test.{ts,tsx}', 'tools/**/*.test.ts', 'tests/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
