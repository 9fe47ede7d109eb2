/** What is answered without a caller: health, the OpenAPI document, the docs, the public keys, the console and its session. */
import { createRoute, type RouteConfig, z } from "@hono/zod-openapi";
import { PLATFORM_ORG, type Principal } from "../../../core/access/principal.ts";
import { actingAs, isMereCaller } from "../../../core/audit/persons.ts";
import { auditRecord } from "../../../core/audit/record.ts";
import { refuse } from "../../../core/errors/problem.ts";
import { mintId } from "../../../core/ids.ts";
import { toRfc3339 } from "../../../core/time.ts";
import type { StoredKey } from "../../auth/auth.ts";
import { auditRecord as edgeRecord } from "../../use-cases/record.ts";
import type { Trace } from "../../use-cases/requester.ts";
import type { IngressMiddleware } from "../context.ts";
import type { Endpoint } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { problemResponse } from "../problem.ts";
import { Problem } from "../schemas/answers.ts";
import { jsonObject } from "../schemas/requests.ts";

/** The OpenAPI document and its page, as text. They are made when they are first asked for. */
export type Documents = { readonly openapi: () => string; readonly docs: () => string };

const JSON_HEADERS = { "Content-Type": "application/json" };
/** Keys rotate over days; a minute keeps verifiers from asking at every call. */
const PUBLIC_KEYS_HEADERS = { "Content-Type": "application/jwk-set+json", "Cache-Control": "public, max-age=60" };
/** The page has no script and loads nothing; its one style element is its own. */
const DOCS_HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
};

const unauthenticated = {
  401: { description: "`unauthenticated`: the request has no valid key", content: { "application/problem+json": { schema: Problem } } },
};

/** The routes that need no caller. */
export function platformRoutes(ports: IngressPorts, documents: Documents): Endpoint[] {
  const open = (
    path: string,
    operationId: string,
    summary: string,
    type: string,
    schema: z.ZodType,
    serve: IngressMiddleware,
  ): Endpoint => ({
    route: described({
      method: "get",
      path,
      operationId,
      summary,
      responses: { 200: { description: summary, content: { [type]: { schema } } } },
    }),
    middleware: [serve],
  });
  const health = JSON.stringify({ status: "ok", version: ports.settings.version });
  return [
    open(
      "/healthz",
      "getHealth",
      "Answers while the Worker runs",
      "application/json",
      z.object({ status: z.string(), version: z.string() }),
      async () => {
        return new Response(health, { headers: JSON_HEADERS });
      },
    ),
    open("/openapi.json", "getOpenApi", "This contract as OpenAPI 3.1", "application/json", jsonObject, async () => {
      return new Response(documents.openapi(), { headers: JSON_HEADERS });
    }),
    open(
      "/docs",
      "getDocs",
      "This contract as a page",
      "text/html",
      z.string(),
      async () => new Response(documents.docs(), { headers: DOCS_HEADERS }),
    ),
    open(
      "/.well-known/jwks.json",
      "getPublicKeys",
      "Public keys of credentials and audit entries (RFC 7517)",
      "application/jwk-set+json",
      jsonObject,
      async () => {
        return new Response(JSON.stringify(await ports.keys.jwks()), { headers: PUBLIC_KEYS_HEADERS });
      },
    ),
    open("/console", "getConsole", "The console", "text/html", z.string(), consoleFile(ports)),
    {
      route: described({
        method: "post",
        path: "/console/session",
        operationId: "openSession",
        summary: "Opens a console session for the bearer key or token: a cookie for eight hours, or until the token ends",
        security: [{ apiKey: [] }],
        responses: {
          201: {
            description: "the session; its cookie is in `Set-Cookie`",
            content: {
              "application/json": {
                schema: z.object({ org: z.string(), user: z.string(), roles: z.array(z.string()), expires_at: z.string() }),
              },
            },
          },
          ...unauthenticated,
        },
      }),
      middleware: [openSession(ports)],
    },
    {
      route: described({
        method: "delete",
        path: "/console/session",
        operationId: "closeSession",
        summary: "Ends the console session",
        responses: { 204: { description: "the session has ended, and its cookie is cleared" } },
      }),
      middleware: [closeSession(ports)],
    },
  ];
}

/** Everything below `/console` that is no session: the console's own files. */
export const consoleFile =
  (ports: Pick<IngressPorts, "console">): IngressMiddleware =>
  async (context) =>
    ports.console(context.req.raw) ?? problemResponse(context, refuse("not_found", "not found"));

/** Sign-ins that failed with no key that is known, put on record in one minute and isolate; who floods the door does not flood the chain. */
const UNKNOWN_ON_RECORD = 10;
const MINUTE_MS = 60_000;
type SessionPorts = Pick<IngressPorts, "auth" | "store" | "now" | "random">;

function openSession(ports: SessionPorts): IngressMiddleware {
  let minute = { since: 0, unknown: 0 };
  /** A refused sign-in, on record in the org of its key. */
  const noteRefused = async (traceId: string, key: StoredKey | null): Promise<void> => {
    const at = ports.now();
    if (key === null) {
      if (at - minute.since >= MINUTE_MS) minute = { since: at, unknown: 0 };
      if (++minute.unknown > UNKNOWN_ON_RECORD) return;
    }
    const actor = key === null ? ({ type: "system", id: "console" } as const) : actingAs(key.user, isMereCaller(key.roles));
    const record = auditRecord({
      id: mintId("evt", at, ports.random(10)),
      at,
      traceId,
      type: "session.refused",
      actor,
      action: "session.open",
      resource: key === null ? "api-key" : `api-key/${key.id}`,
      decision: "deny",
      layer: "identity",
    });
    await ports.store.audit.record(key?.org ?? PLATFORM_ORG, record);
  };
  return async (context) => {
    const trace = context.get("trace");
    const session = await ports.auth.openSession(context.req.raw);
    if (!session.ok) {
      await noteRefused(trace.traceId, session.key);
      return problemResponse(
        context,
        refuse("unauthenticated", "send a valid API key, or a token of an identity provider that is set up, as `Authorization: Bearer`"),
      );
    }
    const { principal } = session;
    // A sign-in that is not on record does not happen.
    await ports.store.audit.record(principal.org, sessionRecord(ports, principal, trace, "session.opened", "session.open"));
    const { org, user, roles } = principal;
    const body = JSON.stringify({ org, user, roles, expires_at: toRfc3339(session.expiresAt) });
    return new Response(body, { status: 201, headers: { ...JSON_HEADERS, "Set-Cookie": session.cookie } });
  };
}

const closeSession =
  (ports: SessionPorts): IngressMiddleware =>
  async (context) => {
    const { cookie, principal } = await ports.auth.closeSession(context.req.raw);
    if (principal !== null) {
      const record = sessionRecord(ports, principal, context.get("trace"), "session.closed", "session.close");
      await ports.store.audit.record(principal.org, record);
    }
    return new Response(null, { status: 204, headers: { "Set-Cookie": cookie } });
  };

/** The audit record of something that happened to a console session. */
export const sessionRecord = (ports: SessionPorts, principal: Principal, trace: Trace, type: string, action: string) =>
  edgeRecord(ports, { principal, trace }, { type, action, resource: credentialOf(principal), decision: "allow" });

/** As audit entries name it: `login/…` is somebody's at an identity provider. */
const credentialOf = ({ credential }: Principal): string => `${credential.startsWith("login_") ? "login" : "api-key"}/${credential}`;

/** A route for the OpenAPI document that asks for no credential unless it says so. */
export const described = (route: Omit<RouteConfig, "tags" | "security"> & { security?: RouteConfig["security"] }): RouteConfig =>
  createRoute({ security: [], ...route, tags: ["platform"] } as RouteConfig);
