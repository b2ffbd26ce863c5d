import { WorkflowDefinition } from '@fusion-kit/domain/workflow';
import { checkWorkflow } from '@fusion-kit/domain/workflow-check';
import { readWorkflow } from '@fusion-kit/formats/workflow-yaml/read';
import { writeWorkflow } from '@fusion-kit/formats/workflow-yaml/write';
import { graph } from '../tests/house.ts';
import { layered } from './layered.ts';
import { print } from './measure.ts';

// A workflow of 10,000 nodes and 20,000 edges: from the text of its file until it is known to be sound, and the same from a definition that has been
// read already, as a saved one is before each run. Half of the prompts refer to an output of a node they need. The peer is JSON.parse of the same.

const NODES = 10_000;
const ROUNDS = 12;
const AIM_MS = 200;

const nodes = layered(NODES).map(({ work, ...one }, at) => {
  const [need] = one.needs;
  const prompt = need && at % 2 === 0 ? `Go on with \${{ nodes.${need.id}.outputs.summary }}.` : `Do ${one.id}.`;
  return { ...one, work: { ...work, prompt, outputs: ['summary'] } };
});
const definition = WorkflowDefinition.parse({ ...graph(layered(1), 8), nodes });
const json = JSON.stringify(definition);
const text = writeWorkflow(definition);

const timed = (work: () => unknown): number => {
  const started = performance.now();
  work();
  return performance.now() - started;
};
const sound = ({ problems }: ReturnType<typeof checkWorkflow>) => {
  if (problems[0]) throw new Error(problems[0].message);
};
const works = {
  text: () => readWorkflow(text, 'bench.yaml'),
  parsed: () => sound(checkWorkflow(WorkflowDefinition.parse(definition))),
  rules: () => sound(checkWorkflow(definition)),
  json: () => JSON.parse(json) as unknown,
};
const samples = { text: [] as number[], parsed: [] as number[], rules: [] as number[], json: [] as number[] };
for (let round = 0; round <= ROUNDS; round += 1)
  for (const [name, work] of Object.entries(works)) {
    const tookMs = timed(work);
    if (round > 0) samples[name as keyof typeof samples].push(tookMs); // the first warms up the compiler
  }

const megabytes = (text.length / 1e6).toFixed(1);
const graphName = `a workflow of ${NODES.toLocaleString('en')} nodes`;
const common = { unit: 'ms', peer: { name: 'JSON.parse', samples: samples.json }, aim: AIM_MS };
print({ claim: `${graphName} validated, from ${megabytes} MB of YAML`, ours: samples.text, ...common });
print({ claim: `${graphName} validated, read already: schema and rules`, ours: samples.parsed, ...common });
print({ claim: `${graphName} validated, read already: rules`, ours: samples.rules, ...common });
