import { transportConformance } from '@fusion-kit/testing/transport-conformance';
import { localTransport } from './local.ts';

transportConformance('local', async () => ({ ...localTransport(), close: async () => {} }));
