import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine } from '@fusion-kit/engine/engine';
import { openEngine } from '@fusion-kit/engine/open-engine';
import { rebuildRows } from '@fusion-kit/engine/rebuild';
import { fileBlobs } from '@fusion-kit/journals/blobs/file-blobs';
import { openSqliteJournal } from '@fusion-kit/journals/sqlite/open-sqlite-journal';
import { LearnedMemory } from '@fusion-kit/runner/admission/learned-memory';
import { readMachine } from '@fusion-kit/runner/admission/machine';
import { MachineAdmission } from '@fusion-kit/runner/admission/machine-admission';
import { reportingMeter } from '@fusion-kit/runner/meter';
import { Runner } from '@fusion-kit/runner/runner';
import { Sampler } from '@fusion-kit/runner/sampling/sampler';
import type { DispatchRedactors } from '@fusion-kit/runner/outside/outside';
import type { DispatchTokens } from '@fusion-kit/runner/tokens';
import { acp } from '@fusion-kit/runtimes/acp/acp';
import { command } from '@fusion-kit/runtimes/command/command';
import { modelLoop } from '@fusion-kit/runtimes/model-loop/model-loop';
import { openPrograms } from '@fusion-kit/runtimes/programs/open-programs';
import { createServer } from '@fusion-kit/server/create-server';
import { localTransport } from '@fusion-kit/transports/local';
import { readScenario } from '@fusion-kit/upstreams/scripted/scenario';
import { startScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { scriptedUpstream } from '@fusion-kit/upstreams/scripted/upstream';
import { removeLeftCheckouts } from '@fusion-kit/workspaces/checkout';
import { gitProjectStore } from '@fusion-kit/workspaces/project-store';
import { leashClaims } from '@fusion-kit/workspaces/sandbox/claims';
import { leashes } from '@fusion-kit/workspaces/sandbox/limits/leashes';
import { emptyTrash } from '@fusion-kit/workspaces/trash';
import { workspaces } from '@fusion-kit/workspaces/workspaces';
import { accessToken } from './access-token.ts';
import { agentServices } from './agent-services.ts';
import { allowed, confine } from './confinement.ts';
import { KeyChain } from './keys/key-chain.ts';
import { keyFileOf } from './keys/key-file.ts';
import { WorkedKeys, workedKeysOf } from './keys/worked-keys.ts';
import { systemKeyring } from './keys/keyring.ts';
import { Secrets } from './keys/secrets.ts';
import { readLimits, reservesOf } from './limits-file.ts';
import { openOutside } from './outside/open-outside.ts';
import { programHosts } from './outside/program-hosts.ts';
import { Providers } from './providers.ts';
import { Recordings } from './recordings.ts';
import { runtimeViews } from './runtime-views.ts';
import { clearLeftovers } from './server/clear-leftovers.ts';
import type { ComposedServer, ComposeOptions } from './server/composed.ts';
import { workflowReader } from './workflow-reader/reader.ts';

/** The root of the installation, where `examples/` and the built page lie. */
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const DASHBOARD = join(ROOT, 'packages/dashboard/dist');
/** Called by agents that name no provider. */
const DEFAULT_PROVIDER = 'openrouter';
const SCENARIO = join(ROOT, 'examples/price-list.scenario.json');

/** Puts the house together: the one place that knows every room. What is opened here is closed by `close`, in the opposite order. */
export async function composeServer(options: ComposeOptions): Promise<ComposedServer> {
  const { dataDir, env, version, log, through = (_name, part) => part } = options;
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const opened = await openSqliteJournal({ directory: dataDir });
    closers.push(() => opened.journal.close());
    await clearLeftovers(dataDir, log);
    if (opened.backup) log(`the database was migrated; as it was before it is in ${opened.backup}`);
    if (opened.rebuildNeeded) await rebuildRows(opened.journal, opened.replaceRows);
    const journal = through('journal', opened.journal);
    const blobs = through('blobs', fileBlobs(join(dataDir, 'blobs')));
    const limits = await readLimits(dataDir);
    const confinement = await confine(options.sandbox, env['PATH']);
    const { sandbox, means } = confinement;

    const wire = localTransport();
    const engineEnd = through('engineEnd', wire.engine);
    const runnerEnd = through('runnerEnd', wire.runner);
    const tokens: DispatchTokens = new Map();
    const redactors: DispatchRedactors = new Map();
    const meter = reportingMeter({ end: runnerEnd, tokens, blobs, redactors });
    const programs = openPrograms({
      env,
      dataDir,
      upstreamOf: ({ provider = DEFAULT_PROVIDER }) => providers.upstream(provider),
    });
    const secrets = new Secrets({ env, dataDir });
    const { outside, close: leaveOutside } = await openOutside({
      dataDir,
      env,
      secrets,
      redactors,
      hostsOf: programHosts(programs),
      hiddenOf: (agent) => programs.hiddenOf(agent),
    });
    closers.push(async () => leaveOutside());
    const scenario = options.scriptedScenario ?? SCENARIO;
    const scripted = await startScriptedServer({ scenario: readScenario(await readFile(scenario, 'utf8'), scenario) });
    closers.push(() => scripted.close());
    const providers = new Providers({
      file: join(dataDir, 'providers.json'),
      env,
      keys: new KeyChain({
        env,
        keyring: systemKeyring(env),
        file: keyFileOf(dataDir),
        worked: new WorkedKeys(workedKeysOf(dataDir)),
      }),
      meter,
      scripted: (parts) => scriptedUpstream({ server: scripted, ...parts }),
    });
    await providers.load();
    const record: { engine?: Engine } = {};
    const recordings = new Recordings(
      () => record.engine,
      (id) => providers.upstream(id),
      ({ dispatchId }, body) => redactors.get(dispatchId)?.text(body) ?? body,
    );

    await removeLeftCheckouts(dataDir).catch((thrown: unknown) =>
      log(`checkouts of the last server are left: ${String(thrown)}`),
    );
    void emptyTrash(dataDir, Date.now()).catch((thrown: unknown) => log(`the trash is not emptied: ${String(thrown)}`));
    const store = through('store', gitProjectStore({ root: dataDir }));
    const runtimes = new Map(
      [modelLoop(), acp({ programs }), command({ programs })].map((runtime) => [runtime.id, runtime]),
    );
    const learned = new LearnedMemory();
    const sampler = new Sampler({ onPeak: (runtime, bytes) => learned.learn(runtime, bytes) });
    const admission = new MachineAdmission({
      read: () => readMachine(dataDir),
      learned,
      sampleOf: (dispatchId) => sampler.sampleOf(dispatchId),
      reserves: reservesOf(limits),
    });
    const runner = new Runner({
      end: runnerEnd,
      blobs,
      tokens,
      runtimes,
      upstream: (id) => recordings.upstream(id) ?? providers.upstream(id),
      defaultProvider: DEFAULT_PROVIDER,
      sampler,
      services: { directory: join(dataDir, 'bridge'), serve: agentServices(version) },
      outside,
      workspacesFor: allowed(
        confinement,
        through(
          'workspaces',
          workspaces({ root: dataDir, sandbox, store, leashes: leashes(dataDir, means, limits.agent) }),
        ),
      ),
      log,
    });
    closers.push(() => runner.close());
    const engine = await openEngine({
      ...opened,
      journal,
      blobs,
      transport: engineEnd,
      store,
      version,
      log,
      limits,
      providerOf: (agent) =>
        runtimes.get(agent.runtime)?.needsModel(agent) ? (agent.provider ?? DEFAULT_PROVIDER) : agent.provider,
      admission,
    });
    record.engine = engine;
    closers.pop(); // the engine closes the journal, so the runner has to end before it
    closers.push(
      () => engine.close('the server was stopped'),
      () => runner.close(),
    );

    const token = await accessToken(dataDir);
    const server = createServer({
      engine,
      token,
      version,
      dataDir,
      sandbox: confinement.state,
      leash: leashClaims(sandbox, means, limits.agent),
      startedAt: Date.now(),
      clock: Date.now,
      ...(existsSync(DASHBOARD) && { dashboardDir: DASHBOARD }),
      workflows: workflowReader(),
      defaultProvider: DEFAULT_PROVIDER,
      providers,
      runtimes: runtimeViews({
        programs,
        upstream: (id) => providers.upstream(id),
        defaultProvider: DEFAULT_PROVIDER,
        confinement,
      }),
      machine: () => admission.view(),
      holds: (dispatchId) => sampler.sampleOf(dispatchId),
      onShutdown: () => options.onShutdown('a command asked for it'),
      log: (message, error) =>
        log(`${message}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
    });
    const { url } = await server.listen({ port: options.port });
    closers.push(() => server.close());
    return { url, token, sandbox: confinement.state, failed: engine.failed, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
