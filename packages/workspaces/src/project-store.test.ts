import { projectStoreConformance } from '@fusion-kit/testing/workspaces-store-conformance';
import { gitProjectStore } from './project-store.ts';

projectStoreConformance('git', (root) => gitProjectStore({ root }));
