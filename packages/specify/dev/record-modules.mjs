import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

// Preloaded by a test: writes the address of every module that is resolved, one a line.
registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    appendFileSync(process.env.RECORDED_MODULES, `${resolved.url}\n`);
    return resolved;
  },
});
