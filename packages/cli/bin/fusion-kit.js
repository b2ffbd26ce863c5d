#!/usr/bin/env node
// Plain JavaScript that every old Node can parse, so that it can help itself or say what is missing instead of failing on syntax.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
// A checkout brings its own Node; `npm run` and script/* use it, and so does the command when yours is older.
const own = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  void import('../dist/main.js').then((main) => main.main());
} else if (existsSync(own)) {
  const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => (process.exitCode = code ?? 128 + constants.signals[signal]));
} else {
  process.stderr.write(
    `error: fusion-kit needs Node ${NEEDED} or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
      `  → Install Node ${NEEDED} (https://nodejs.org), or put a newer one first on your PATH.\n`,
  );
  process.exitCode = 1;
}
