import { runtimeConformance } from '@fusion-kit/testing/runtime-conformance';
import { modelLoop } from './model-loop.ts';

runtimeConformance('model-loop', modelLoop);
