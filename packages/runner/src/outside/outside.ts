import type { AgentSpec } from '@fusion-kit/domain/agent';
import { FusionError } from '@fusion-kit/domain/errors';
import type { DispatchId } from '@fusion-kit/domain/ids';
import type { CorporateProxy } from './corporate-proxy.ts';
import type { Internet } from './internet.ts';
import { type Redactor, SECRET_MAX, SECRET_MIN } from './redactor.ts';

/** What keeps the secrets of each dispatch that is under way out of what is told of it. */
export type DispatchRedactors = Map<DispatchId, Redactor>;

/** What lies outside of the cages, and what of it is brought into them. */
export interface Outside {
  /** Absolute path, for sockets. */
  directory: string;
  internet: Internet;
  proxyFor: CorporateProxy;
  /** Hosts that an agent may reach beside those it names: those of its program's vendor, where that uses a login of its own. */
  hostsOf: (agent: AgentSpec) => readonly string[];
  /** What an agent's own login with a vendor consists of, which is kept out of what is told as secrets are. */
  hiddenOf?: (agent: AgentSpec) => Promise<readonly string[]>;
  /** The value that a secret has now; undefined where it has none. */
  secret: (name: string) => Promise<string | undefined>;
  redactors: DispatchRedactors;
  /** What every command is given: variables, and the files that they name. */
  everywhere: { env: Readonly<Record<string, string>>; readable: readonly string[] };
  /** What commands are given beside that which no cage keeps from the network: how it is reached from here. */
  uncaged: Readonly<Record<string, string>>;
}

/**
 * The values of secrets, by their names.
 * @throws {FusionError} `secret_missing`, `secret_unfit`
 */
export async function secretsOf(
  { secret }: Pick<Outside, 'secret'>,
  names: readonly string[],
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const name of new Set(names)) {
    const value = await secret(name);
    if (value === undefined)
      throw new FusionError('secret_missing', `there is no secret ${name}`, {
        remedy: `Set it with \`fusion-kit secret set ${name}\`, or as FUSION_SECRET_${name} in the environment of the server.`,
      });
    if (value.length < SECRET_MIN || value.length > SECRET_MAX)
      throw new FusionError('secret_unfit', `the value of secret ${name} has ${value.length} characters`);
    values[name] = value;
  }
  return values;
}
