import { zodToOpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import * as api from '@fusion-kit/domain/api';
import { Agent } from '@fusion-kit/domain/agent';
import { Failure } from '@fusion-kit/domain/errors';
import { Event } from '@fusion-kit/domain/event';
import { Message } from '@fusion-kit/domain/message';
import { Project } from '@fusion-kit/domain/project';
import { Run } from '@fusion-kit/domain/run';
import { Task } from '@fusion-kit/domain/task';
import { BlobRef } from '@fusion-kit/domain/text';
import { Workflow, WorkflowDefinition } from '@fusion-kit/domain/workflow';
import * as z from 'zod';

/** Schemas that the document names once and refers to. */
const NAMED: Record<string, z.ZodType> = {
  Agent,
  AgentMetrics: api.AgentMetrics,
  BlobRef,
  ErrorBody: api.ErrorBody,
  Event,
  EventView: api.EventView,
  Failure,
  Frame: api.Frame,
  Health: api.Health,
  Message,
  Project,
  ProviderView: api.ProviderView,
  Run,
  SnapshotView: api.SnapshotView,
  Task,
  TaskView: api.TaskView,
  Workflow,
  WorkflowCheck: api.WorkflowCheck,
  WorkflowDefinition,
  WorkflowView: api.WorkflowView,
};

/** The part of the API that is no endpoint of JSON: the stream of events, and the document itself. */
function registerOthers(app: OpenAPIHono): void {
  const refused = { description: 'Refused or failed', content: { 'application/json': { schema: api.ErrorBody } } };
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/ws/events',
    summary: 'A WebSocket with everything after an event; each message is a JSON array of frames.',
    request: { query: z.object({ after: z.int().min(0), project: Project.shape.id.optional() }) },
    responses: {
      101: { description: 'Frames follow', content: { 'application/json': { schema: z.array(api.Frame) } } },
      default: refused,
    },
  });
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: `${api.API_PREFIX}/openapi.json`,
    summary: 'This document.',
    responses: {
      200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: z.looseObject({}) } } },
      default: refused,
    },
  });
}

/** Serves the OpenAPI 3.1 document of every route of the app, made from the schemas that also check what comes in. */
export function documentRoute(app: OpenAPIHono): void {
  // Named in place, not by `.openapi(name)`, whose copy would be known only where it is used: these also occur inside each other.
  for (const [refId, schema] of Object.entries(NAMED)) zodToOpenAPIRegistry.add(schema, { _internal: { refId } });
  registerOthers(app);
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  let document: object | undefined;
  app.get(`${api.API_PREFIX}/openapi.json`, (context) => {
    document ??= app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: 'fusion-kit', version: 'v1' },
      security: [{ token: [] }],
    });
    return context.json(document);
  });
}
