import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import type { Verification, VerificationResult, Workspaces } from '@fusion-kit/domain/ports/workspaces';
import type { Outside } from './outside.ts';
import type { Redactor } from './redactor.ts';
import { Refusals } from './refusals.ts';
import { PACKAGE_REGISTRIES } from './registries.ts';
import { wayOut } from './way-out.ts';

export interface VerifierOptions {
  workspaces: Pick<Workspaces, 'network' | 'verify'>;
  outside: Outside;
  /** Of the run; absent where its workflow does not say. */
  hosts: readonly string[] | undefined;
  secrets: Readonly<Record<string, string>>;
  redactor: Redactor;
  /** Told of each destination that was refused, once. */
  refused?: (destination: string, reason: string) => void;
}

/** Verifies with what the run's own commands may reach and are given, and tells none of the secrets that they print. */
export function verifier(options: VerifierOptions): Pick<Workspaces, 'verify'> {
  const { workspaces, outside, hosts, secrets, redactor, refused = () => {} } = options;
  return {
    async verify(check: Verification, signal: AbortSignal): Promise<VerificationResult> {
      const refusals = new Refusals(refused);
      const wayTo = (places: readonly string[]) =>
        wayOut(outside, {
          network: workspaces.network,
          hosts: places,
          secrets,
          refused: (destination, reason) => refusals.add(destination, reason),
        }).open();
      const exit = await wayTo(hosts ?? []);
      const setupExit =
        hosts || check.setup.length === 0
          ? exit
          : await wayTo(PACKAGE_REGISTRIES).catch(async (error) => {
              await exit.close();
              throw error;
            });
      try {
        const result = await workspaces.verify({ ...check, reach: exit.reach, setupReach: setupExit.reach }, signal);
        return redactor.data({ ...result, checks: withRefusals(result, refusals) });
      } catch (thrown) {
        signal.throwIfAborted();
        throw redactedError(explained(asFusionError(thrown), refusals), redactor);
      } finally {
        await Promise.all([...new Set([exit, setupExit])].map(({ close }) => close()));
      }
    },
  };
}

const REMEDY = 'Name in `hosts` of the workflow what its commands are to reach.';

const noteOf = ({ reasons }: Refusals): string => `fusion-kit refused to connect: ${reasons.join('; ')}`;

/** The check that failed says what it was kept from: programs hide why they could not connect. */
const withRefusals = ({ checks }: VerificationResult, refusals: Refusals): VerificationResult['checks'] =>
  refusals.reasons.length === 0
    ? checks
    : checks.map((check) =>
        check.exitCode === 0
          ? check
          : { ...check, output: `${check.output.trimEnd()}\n${noteOf(refusals)}. ${REMEDY}\n` },
      );

const explained = (error: FusionError, refusals: Refusals): FusionError =>
  error.code === 'setup_failed' && refusals.reasons.length > 0
    ? new FusionError(error.code, `${error.message}: ${noteOf(refusals)}`, {
        ...error.toJSON(),
        remedy: REMEDY,
        cause: error,
      })
    : error;

/** An error as it may be told. */
export const redactedError = (error: FusionError, redactor: Redactor): FusionError => {
  const { code, message, ...rest } = redactor.data(error.toJSON());
  return new FusionError(code, message, { ...rest, cause: error });
};
