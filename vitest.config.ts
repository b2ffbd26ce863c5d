import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['fusion-kit-source'] },
  ssr: { resolve: { conditions: ['fusion-kit-source'] } },
  test: {
    include: ['packages/*/src/**/*.test.{ts,tsx}', 'tools/**/*.test.ts', 'tests/**/*.test.ts'],
    setupFiles: ['tools/seed-properties.ts'],
    // On a machine that others load too, a second try tells a slow moment from a defect; it is named in the output.
    retry: process.env['CI'] ? 1 : 0,
    // What is awaited may take its time on a busy machine; it is the test's own limit that ends it.
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
