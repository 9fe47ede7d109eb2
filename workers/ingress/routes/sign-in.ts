/** `/console/login` and `/console/callback`: signing in to the console at an identity provider, beside the key. */
import { z } from "@hono/zod-openapi";
import { PLATFORM_ORG } from "../../../core/access/principal.ts";
import { auditRecord } from "../../../core/audit/record.ts";
import { mintId } from "../../../core/ids.ts";
import type { SignInRefusal } from "../../auth/oidc/sign-in.ts";
import type { IngressContext, IngressMiddleware } from "../context.ts";
import type { Endpoint } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { described, sessionRecord } from "./platform.ts";

type SignInRoutePorts = Pick<IngressPorts, "auth" | "signIn" | "store" | "settings" | "now" | "random">;

const Choices = z.object({ data: z.array(z.object({ issuer: z.string(), label: z.string() })) }).openapi("SignInChoices");
/** The console's own page; what went wrong is in its fragment, which no server sees. */
const CONSOLE = "/console/";

/** Neither is asked with a caller: who calls is what they find out. */
export function signInRoutes(ports: SignInRoutePorts): Endpoint[] {
  return [
    {
      route: described({
        method: "get",
        path: "/console/providers",
        operationId: "listSignInChoices",
        summary: "Lists the identity providers that people may use to sign in to the console",
        responses: { 200: { description: "the providers", content: { "application/json": { schema: Choices } } } },
      }),
      middleware: [async () => Response.json({ data: ports.signIn.choices })],
    },
    {
      route: described({
        method: "get",
        path: "/console/login",
        operationId: "beginSignIn",
        summary: "Sends the browser to an identity provider (authorization code with PKCE)",
        request: {
          query: z.strictObject({ issuer: z.string().optional().openapi({ description: "optional when there is only one provider" }) }),
        },
        responses: { 303: { description: "a redirect to the provider, or to the console when there is none" } },
      }),
      middleware: [begin(ports)],
    },
    {
      route: described({
        method: "get",
        path: "/console/callback",
        operationId: "finishSignIn",
        summary: "Receives the browser from the identity provider and opens a console session for eight hours",
        responses: { 303: { description: "a redirect to the console, with the session's cookie when a session was opened" } },
      }),
      middleware: [finish(ports)],
    },
  ];
}

const begin =
  (ports: SignInRoutePorts): IngressMiddleware =>
  async (context) => {
    const begun = await ports.signIn.begin(new URL(context.req.url).searchParams.get("issuer"), callbackOf(ports, context));
    return begun.ok ? redirect(begun.location, [begun.cookie]) : refused(ports, begun.why);
  };

const finish =
  (ports: SignInRoutePorts): IngressMiddleware =>
  async (context) => {
    const finished = await ports.signIn.finish(context.req.raw, callbackOf(ports, context));
    const trace = context.get("trace");
    if (!finished.ok) {
      // Without the cookie of a sign-in that began here anybody could fill the chain by calling this address.
      if (finished.why !== "not_begun_here")
        await ports.store.audit.record(PLATFORM_ORG, refusalRecord(ports, trace.traceId, finished.why));
      return refused(ports, finished.why);
    }
    const session = await ports.auth.openLoginSession(finished.vouched);
    // A sign-in that is not on record does not happen.
    const { principal } = session;
    await ports.store.audit.record(principal.org, sessionRecord(ports, principal, trace, "session.opened", "session.open"));
    return redirect(CONSOLE, [session.cookie, ports.signIn.cleared]);
  };

const callbackOf = ({ settings }: SignInRoutePorts, context: IngressContext): string =>
  new URL("/console/callback", settings.publicUrl ?? context.req.url).href;

const refused = (ports: SignInRoutePorts, why: SignInRefusal): Response => redirect(`${CONSOLE}#sign-in=${why}`, [ports.signIn.cleared]);

function redirect(location: string, cookies: readonly string[]): Response {
  const headers = new Headers({ Location: location, "Cache-Control": "no-store" });
  for (const cookie of cookies) headers.append("Set-Cookie", cookie);
  return new Response(null, { status: 303, headers });
}

function refusalRecord(ports: SignInRoutePorts, traceId: string, why: SignInRefusal) {
  const at = ports.now();
  const id = mintId("evt", at, ports.random(10));
  const fact = {
    type: "session.refused",
    actor: { type: "system", id: "console" },
    action: "session.open",
    resource: "login",
    decision: "deny",
    layer: "identity",
  } as const;
  return auditRecord({ id, at, traceId, ...fact, data: { why } });
}
