import type { AgentSpec } from '@fusion-kit/domain/agent';
import type { OpenPrograms } from '@fusion-kit/runtimes/programs/open-programs';

/** What the program of an agent has to reach whoever uses it: its vendor, where it asks for models by a login of its own. */
export const programHosts =
  (programs: Pick<OpenPrograms, 'all'>) =>
  ({ program: name, credentials }: AgentSpec): readonly string[] => {
    const program = name === undefined ? undefined : programs.all().find((each) => each.name === name);
    return [...(credentials === 'login' ? (program?.login?.hosts ?? []) : []), ...(program?.hosts ?? [])];
  };
