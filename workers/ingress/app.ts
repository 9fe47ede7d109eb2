/** The edge of the platform: every request comes through here. Fits middleware and routes together; decides nothing itself. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { ERRORS } from "../../core/errors/codes.ts";
import type { JsonObject } from "../../core/json.ts";
import { errorLine } from "../kit/thrown.ts";
import type { IngressEnv } from "./context.ts";
import { docsPage } from "./docs.ts";
import { answerElsewhere, refusalElsewhere } from "./elsewhere.ts";
import type { Endpoint } from "./endpoint.ts";
import { refusalOf } from "./middleware/errors.ts";
import { refuseMethod } from "./middleware/method.ts";
import { checkPath, routePath } from "./middleware/path.ts";
import { setSecurityHeaders } from "./middleware/security-headers.ts";
import { traceRequest } from "./middleware/trace.ts";
import { openApiDocument } from "./openapi.ts";
import type { IngressPorts } from "./ports.ts";
import { problemResponse } from "./problem.ts";
import { apiKeyRoutes } from "./routes/api-keys.ts";
import { approverRoutes } from "./routes/approvers.ts";
import { auditRoutes } from "./routes/audit.ts";
import { auditLogRoutes } from "./routes/audit-log.ts";
import { auditRawRoutes } from "./routes/audit-raw.ts";
import { budgetRoutes } from "./routes/budgets.ts";
import { chatRoutes } from "./routes/chat.ts";
import { complianceRoutes } from "./routes/compliance.ts";
import { contextRoutes } from "./routes/context.ts";
import { costRoutes } from "./routes/costs.ts";
import { credentialRoutes } from "./routes/credentials.ts";
import { deadLetterRoutes } from "./routes/dead-letters.ts";
import { embeddingRoutes } from "./routes/embeddings.ts";
import { estimateRoutes } from "./routes/estimate.ts";
import { evidenceRoutes } from "./routes/evidence.ts";
import { explainRoutes } from "./routes/explain.ts";
import { feedbackRoutes } from "./routes/feedback.ts";
import { guardrailRoutes } from "./routes/guardrails.ts";
import { healthRoutes } from "./routes/health.ts";
import { incidentRoutes } from "./routes/incidents.ts";
import { killSwitchRoutes } from "./routes/kill-switch.ts";
import { knowledgeRoutes } from "./routes/knowledge.ts";
import { listModelRoutes } from "./routes/list-models.ts";
import { memoryRoutes } from "./routes/memories.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { modelRouteRoutes } from "./routes/model-routes.ts";
import { modelRoutes } from "./routes/models.ts";
import { orgRoutes } from "./routes/orgs.ts";
import { overrideRoutes } from "./routes/overrides.ts";
import { personRoutes } from "./routes/persons.ts";
import { consoleFile, platformRoutes } from "./routes/platform.ts";
import { policyRoutes } from "./routes/policies.ts";
import { policyJobRoutes } from "./routes/policy-jobs.ts";
import { reachRoutes } from "./routes/reach.ts";
import { reconcileRoutes } from "./routes/reconcile.ts";
import { replayRoutes } from "./routes/replay.ts";
import { reviewRoutes } from "./routes/reviews.ts";
import { runEventRoutes } from "./routes/run-events.ts";
import { runRiskRoutes } from "./routes/run-risk.ts";
import { runRoutes } from "./routes/runs.ts";
import { secretRoutes } from "./routes/secrets.ts";
import { sessionRoutes } from "./routes/sessions.ts";
import { signInRoutes } from "./routes/sign-in.ts";
import { signalRoutes } from "./routes/signals.ts";
import { startRunRoutes } from "./routes/start-run.ts";
import { toolRoutes } from "./routes/tools.ts";
import { trafficRoutes } from "./routes/traffic.ts";
import { workflowRoutes } from "./routes/workflows.ts";

/** The HTTP API. It answers every request and never throws. */
export type Ingress = { fetch(request: Request, context: ExecutionContext): Promise<Response> };

/** Built once per isolate; everything it remembers lies in this closure. */
export function defineIngress(ports: IngressPorts): Ingress {
  const app = new OpenAPIHono<IngressEnv>({ getPath: routePath });
  app.use("*", traceRequest(ports));
  app.use("*", setSecurityHeaders);
  app.use("*", checkPath);
  app.onError((error, context) => {
    const refusal = refusalOf(error);
    // What the client did wrong is an answer to the client, and no fault of the platform's.
    if (ERRORS[refusal.code].status >= 500)
      ports.log(errorLine("request.failed", error, context.get("trace").traceId, context.get("route") ?? null));
    return problemResponse(context, refusal);
  });
  app.notFound((context) => {
    const { method, path } = context.req;
    const elsewhere = answerElsewhere(path, method === "GET" || method === "HEAD", context.get("trace").traceId);
    if (elsewhere === null) return problemResponse(context, refusalElsewhere(path));
    context.set("code", "not_found");
    return elsewhere;
  });

  const documents = documentsOf(() => openApiDocument(app) as unknown as JsonObject);
  const endpoints: readonly Endpoint[] = [...apiEndpoints(ports), ...platformRoutes(ports, documents), ...signInRoutes(ports)];
  for (const { route, middleware } of endpoints) {
    app.openAPIRegistry.registerPath(route);
    app.on(route.method.toUpperCase(), honoPath(route.path), ...named(route.path, middleware));
  }
  for (const [path, group] of Map.groupBy(endpoints, ({ route }) => route.path)) {
    app.all(honoPath(path), refuseMethod(group.map(({ route }) => route.method.toUpperCase())));
  }
  app.get("/console/*", ...named("/console/*", [consoleFile(ports)]));

  return {
    async fetch(request, context) {
      try {
        return await app.fetch(request, {}, context);
      } catch (error) {
        // Only what is no `Error` object gets here, past every middleware.
        ports.log(errorLine("request.failed", error, null, null));
        return new Response(null, { status: 500 });
      }
    },
  };
}

/** The OpenAPI document of these endpoints alone. */
export function contractOf(endpoints: readonly Endpoint[]) {
  const app = new OpenAPIHono<IngressEnv>();
  for (const { route } of endpoints) app.openAPIRegistry.registerPath(route);
  return openApiDocument(app);
}

/** Every endpoint that asks who calls. */
export const apiEndpoints = (ports: IngressPorts): readonly Endpoint[] => [
  ...runRoutes(ports),
  ...startRunRoutes(ports),
  ...estimateRoutes(ports),
  ...runEventRoutes(ports),
  ...signalRoutes(ports),
  ...feedbackRoutes(ports),
  ...replayRoutes(ports),
  ...workflowRoutes(ports),
  ...trafficRoutes(ports),
  ...toolRoutes(ports),
  ...modelRoutes(ports),
  ...chatRoutes(ports),
  ...embeddingRoutes(ports),
  ...listModelRoutes(ports),
  ...modelRouteRoutes(ports),
  ...policyJobRoutes(ports),
  ...policyRoutes(ports),
  ...secretRoutes(ports),
  ...guardrailRoutes(ports),
  ...reviewRoutes(ports),
  ...approverRoutes(ports),
  ...deadLetterRoutes(ports),
  ...incidentRoutes(ports),
  ...overrideRoutes(ports),
  ...knowledgeRoutes(ports),
  ...memoryRoutes(ports),
  ...sessionRoutes(ports),
  ...reachRoutes(ports),
  ...runRiskRoutes(ports),
  ...killSwitchRoutes(ports),
  ...auditRoutes(ports),
  ...evidenceRoutes(ports),
  ...auditLogRoutes(ports),
  ...auditRawRoutes(ports),
  ...personRoutes(ports),
  ...complianceRoutes(ports),
  ...apiKeyRoutes(ports),
  ...budgetRoutes(ports),
  ...orgRoutes(ports),
  ...credentialRoutes(ports),
  ...metricsRoutes(ports),
  ...costRoutes(ports),
  ...explainRoutes(ports),
  ...reconcileRoutes(ports),
  ...contextRoutes(ports),
  ...healthRoutes(ports),
];

/** OpenAPI writes `{id}` where the router writes `:id`; what is named `tile` has slashes in it. */
const honoPath = (path: string): string => path.replace(/\{(\w+)\}/g, (_braces, name) => (name === "tile" ? ":tile{.+}" : `:${name}`));

const named = (path: string, middleware: Endpoint["middleware"]): [Endpoint["middleware"][number], ...Endpoint["middleware"]] => [
  async (context, next) => {
    context.set("route", path);
    await next();
  },
  ...middleware,
];

/** Made at the first request for them, then kept: they change with the code only. */
function documentsOf(make: () => JsonObject) {
  let made: { openapi: string; docs: string } | undefined;
  const ready = () => {
    if (made === undefined) {
      const document = make();
      made = { openapi: JSON.stringify(document), docs: docsPage(document) };
    }
    return made;
  };
  return { openapi: () => ready().openapi, docs: () => ready().docs };
}
