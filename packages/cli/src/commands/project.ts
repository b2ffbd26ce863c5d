import { resolve } from 'node:path';
import { page } from '@fusion-kit/domain/api';
import { budgetWords, Project } from '@fusion-kit/domain/project';
import { FusionError } from '@fusion-kit/domain/errors';
import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { argument, BudgetOptions, budgetOf, Limit, optionsOf } from '../options.ts';
import { ago, cost, tokens } from '../output/figures.ts';
import { plain } from '../output/plain.ts';
import { LIST_MAX, tableText } from '../output/table.ts';
import { directoryHere, projectOf } from '../references.ts';
import { connect } from '../server/connect.ts';

const NewProjectOptions = BudgetOptions.extend({
  name: z.string().optional(),
  budgetUsdPerDay: BudgetOptions.shape.budgetUsd,
  budgetTokensPerDay: BudgetOptions.shape.budgetTokens,
});

export async function createProject(call: Call): Promise<Answer> {
  const options = optionsOf(call, NewProjectOptions);
  const { budgetUsdPerDay: costUsdPerDay, budgetTokensPerDay: tokensPerDay } = options;
  const budget = { ...budgetOf(options), costUsdPerDay, tokensPerDay };
  const [directory] = call.args;
  const path = directory === undefined ? await directoryHere(call) : resolve(call.cwd, directory);
  const { client } = await connect(call);
  const project = await client.post('/projects', Project, { path, name: options.name, budget });
  return {
    data: project,
    text: (paint) =>
      `project ${paint.bold(plain(project.name))} ${paint.dim(project.id)} on ${project.path} (${project.kind})\n`,
  };
}

export async function listProjects(call: Call): Promise<Answer> {
  const { limit } = optionsOf(call, z.object({ limit: Limit.default(50) }));
  const { client } = await connect(call);
  const { items, next } = await client.get('/projects', page(Project), { query: { limit: Math.min(limit, LIST_MAX) } });
  return {
    data: { projects: items },
    text: (paint, columns) =>
      tableText(
        {
          head: ['project', 'name', 'kind', 'created', 'tokens', 'cost', 'directory'],
          rows: items.map((project) => [
            project.id,
            plain(project.name),
            project.kind,
            ago(project.createdAt, Date.now()),
            tokens(project.usage),
            cost(project.usage),
            project.path,
          ]),
          empty: 'no projects yet; `fusion-kit project create` makes one of the directory you are in',
          more: next !== null,
        },
        paint,
        columns,
      ),
  };
}

const PerDay = z.object({
  usd: BudgetOptions.shape.budgetUsd,
  tokens: BudgetOptions.shape.budgetTokens,
  usdPerDay: BudgetOptions.shape.budgetUsd,
  tokensPerDay: BudgetOptions.shape.budgetTokens,
});

export async function budgetProject(call: Call): Promise<Answer> {
  const { usd, tokens: most, usdPerDay, tokensPerDay } = optionsOf(call, PerDay);
  const given = { costUsd: usd, tokens: most, costUsdPerDay: usdPerDay, tokensPerDay };
  const said = Object.entries(given).filter(([, bound]) => bound !== undefined);
  if (said.length === 0)
    throw new FusionError('usage', 'say how much: --usd, --tokens, --usd-per-day or --tokens-per-day');
  const { client } = await connect(call);
  const { id, budget } = await projectOf(client, call, argument(call, 0, '<project>'));
  const change = { budget: { ...budget, ...Object.fromEntries(said) } };
  const project = await client.patch(`/projects/${id}`, Project, change);
  return {
    data: project,
    text: () => `project ${plain(project.name)} may spend ${budgetWords(project.budget)} from now on\n`,
  };
}

export async function deleteProject(call: Call): Promise<Answer> {
  const { client } = await connect(call);
  const { id } = await projectOf(client, call, argument(call, 0, '<project>'));
  const project = await client.delete(`/projects/${id}`, Project);
  return { data: project, text: () => `project ${plain(project.name)} is forgotten; ${project.path} stays as it is\n` };
}
