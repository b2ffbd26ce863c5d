import { writeFile } from 'node:fs/promises';
import { schemaFiles } from './schemas.ts';

// Run it with: npm run schemas
for (const [path, text] of Object.entries(schemaFiles())) {
  await writeFile(new URL(`../${path}`, import.meta.url), text);
  console.log(`wrote ${path}`);
}
