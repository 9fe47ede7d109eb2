/**
 * `/admin/kill-switch`. Stopping must always work: no guardrail and no idempotency key stands in its way. Going on takes two people,
 * and who they may be is decided in the `KillSwitch` object.
 */
import { z } from "@hono/zod-openapi";
import { type Refusal, refuse } from "../../../core/errors/problem.ts";
import { unknownId, unknownName } from "../../../core/errors/unknown-name.ts";
import type { StopScope } from "../../../core/kill-switch/stops.ts";
import type { SwitchView } from "../../../core/kill-switch/view.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { errorLine } from "../../kit/thrown.ts";
import { type Asked, denied, edgeRule, forbid, onRecordIfOnePerson } from "../../use-cases/access.ts";
import { type Claim, claim } from "../../use-cases/idempotency.ts";
import { keptTextOrMarker } from "../../use-cases/kept-text.ts";
import { unknownInScope } from "../../use-cases/stop-names.ts";
import { computedPage } from "../computed-list.ts";
import type { Answer } from "../context.ts";
import { type Call, type Endpoint, endpointsOf, type NoFields, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { REPLAYED, repeatable } from "../repeat.ts";
import { MODEL_PART, ORG_NAME, reasonText, TOOL_NAME, WORKFLOW_NAME } from "../schemas/names.ts";
import { idempotencyHeader, pageOf, pageQuery } from "../schemas/requests.ts";
import { Drills, Switch, Switches } from "../schemas/views.ts";

const isModelId = (name: string): boolean => name.split("/").length === 2 && name.split("/").every((part) => MODEL_PART.test(part));
/** In which order drills are listed. */
const DRILLS = { keyOf: ({ id }: { readonly id: string }) => id, newestFirst: true, form: /^[a-z]{2,10}_[0-9A-Za-z-]{10,40}$/ } as const;
const NAMES: { readonly [kind: string]: (name: string) => boolean } = {
  org: (name) => ORG_NAME.test(name),
  workflow: (name) => WORKFLOW_NAME.test(name),
  tool: (name) => TOOL_NAME.test(name),
  model: isModelId,
};

const scopeField = z
  .string()
  .max(300)
  .refine((text) => readScope(text, "any") !== null, "is `all`, `org:NAME`, `workflow:NAME`, `tool:NAME` or `model:ID`")
  .openapi({ example: "workflow:support-refund" });
const DrillBody = z.strictObject({ scope: scopeField }).openapi("StartDrill");
const Body = z.strictObject({ scope: scopeField, reason: reasonText }).openapi("Stop");

export function killSwitchRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "post",
      path: "/admin/kill-switch",
      operationId: "throwKillSwitch",
      tag: "control",
      summary: "Stops everything in the scope",
      action: "kill.throw",
      headers: idempotencyHeader,
      body: Body,
      answers: { 200: { description: "the switch, active", schema: Switch } },
      refusals: ["not_found", "conflict", "idempotency_key_reused"],
      handle: (call) => throwSwitch(ports, call),
    }),
    endpoint({
      method: "get",
      path: "/admin/kill-switch",
      operationId: "getKillSwitch",
      tag: "control",
      summary: "Lists the switches that concern the org, and how many runs are still in flight under them",
      action: "kill.read",
      answers: { 200: { description: "the switches", schema: Switches } },
      handle: async ({ principal }) => reply(200, await ports.killSwitch.status(principal.org, principal.platformAdmin)),
    }),
    endpoint({
      method: "post",
      path: "/admin/kill-switch/drill",
      operationId: "drillKillSwitch",
      tag: "control",
      summary: "Drills a stop of the scope on runs of a workflow of its own; nothing else is stopped",
      action: "kill.throw",
      headers: idempotencyHeader,
      body: DrillBody,
      answers: {
        202: {
          description: "the drill; its figures are in the list of drills within a minute or so",
          schema: z.object({ id: z.string() }),
        },
      },
      refusals: ["not_found", "conflict", "idempotency_key_reused"],
      handle: (call) => drill(ports, call),
    }),
    endpoint({
      method: "get",
      path: "/admin/kill-switch/drills",
      operationId: "listDrills",
      tag: "control",
      summary: "Lists the drills that were held, newest first, with what they measured",
      action: "kill.read",
      query: pageQuery,
      answers: { 200: { description: "a page of the drills", schema: Drills } },
      async handle({ principal, query }) {
        const page = computedPage(await ports.killSwitch.drills(principal.org, principal.platformAdmin), DRILLS, pageOf(query));
        return page.ok ? reply(200, { ...page.value, data: [...page.value.data] }) : page;
      },
    }),
    endpoint({
      method: "post",
      path: "/admin/kill-switch/recovery",
      operationId: "requestRecovery",
      tag: "control",
      summary: "Requests that a switch be lifted; a second admin must approve",
      action: "kill.recover",
      headers: idempotencyHeader,
      body: Body,
      answers: { 202: { description: "the request", schema: z.object({ id: z.string() }) } },
      refusals: ["conflict", "second_person_required", "idempotency_key_reused"],
      handle: (call) => requestRecovery(ports, call),
    }),
    endpoint({
      method: "post",
      path: "/admin/kill-switch/recovery/{id}/approve",
      operationId: "approveRecovery",
      tag: "control",
      summary: "Approves the request, as a second person whose key is older than the stop",
      action: "kill.recover",
      params: { id: z.string().regex(/^[a-z]{2,8}_[0-9A-Za-z-]{1,64}$/) },
      answers: { 200: { description: "the switch, no longer active", schema: Switch } },
      refusals: ["conflict", "second_person_required"],
      async handle({ principal, params, trace }) {
        const approved = await ports.killSwitch.approveRecovery(params.id, principal);
        if (approved.ok) return reply(200, approved.value);
        const about = `kill-switch/${params.id}`;
        return err(await onRecordIfOnePerson(ports, { principal, trace }, "kill.recover", about, approved.error));
      },
    }),
  ];
}

/** The scope as data; null when the text is none. */
function readScope(text: string, org: string): StopScope | null {
  if (text === "all") return { kind: "all" };
  const separator = text.indexOf(":");
  const kind = text.slice(0, separator);
  const name = text.slice(separator + 1);
  if (kind !== "org" && kind !== "workflow" && kind !== "tool" && kind !== "model") return null;
  if (NAMES[kind]?.(name) !== true) return null;
  return { kind, org: kind === "org" ? name : org, name };
}

/** Names are the caller's org's; `all` and other orgs are the platform admins'. */
async function scopeFor(
  ports: IngressPorts,
  asked: Asked,
  action: "kill.throw" | "kill.recover",
  text: string,
): Promise<Result<StopScope, Refusal>> {
  const { principal } = asked;
  const scope = readScope(text, principal.org);
  if (scope === null) return err(unknownId("scope", text));
  if (scope.kind === "all" && !principal.platformAdmin) {
    const why = "only the platform's admins (admins of the org `default`) stop everything; `org:NAME` stops all work of your org";
    return err(await forbid(ports, asked, action, "kill-switch/all", why, edgeRule("platform_admin")));
  }
  const refusal = await denied(ports, asked, action, { attributes: { scope: scope.kind }, name: `kill-switch/${text}` });
  if (refusal !== null) return err(refusal);
  if (principal.platformAdmin || scope.kind === "all" || scope.org === principal.org) return ok(scope);
  return err(unknownName("org", scope.name, [principal.org]));
}

type StopCall = Call<NoFields, NoFields, typeof idempotencyHeader, typeof Body>;

async function throwSwitch(ports: IngressPorts, call: StopCall): Promise<Answer<200, SwitchView>> {
  const scope = await scopeFor(ports, call, "kill.throw", call.body.scope);
  if (!scope.ok) return scope;
  const unknownThing = await unknownInScope(ports, call, call.routeName, scope.value);
  if (unknownThing !== null) return err(unknownThing);
  const claimed = await claimUnlessBroken(ports, call);
  if (claimed !== null && !claimed.ok) return claimed;
  // A repeated request must not stop again what two people have let go on meanwhile.
  if (claimed?.value.replayed != null) {
    const { switches } = await ports.killSwitch.status(call.principal.org, call.principal.platformAdmin);
    const thrown = switches.find(({ id }) => id === claimed.value.id);
    if (thrown === undefined) return err(refuse("conflict", "the switch that this request threw was already lifted"));
    return reply(200, thrown, REPLAYED);
  }
  const thrown = await ports.killSwitch.throwSwitch(scope.value, call.principal, keptTextOrMarker(ports, call.body.reason));
  await claimed?.value
    .settle("done", thrown.id)
    .catch((error: unknown) => ports.log(errorLine("kill_switch.unclaimed", error, call.trace.traceId, call.routeName)));
  return reply(200, thrown);
}

/** null: the claim could not be made. Stopping does not wait for it. */
async function claimUnlessBroken(ports: IngressPorts, call: StopCall): Promise<Result<Claim<"done">, Refusal> | null> {
  try {
    return await claim<"done">(ports, call, repeatable(call, call.body), "kill");
  } catch (error) {
    ports.log(errorLine("kill_switch.unclaimed", error, call.trace.traceId, call.routeName));
    return null;
  }
}

async function requestRecovery(ports: IngressPorts, call: StopCall): Promise<Answer<202, { readonly id: string }>> {
  const scope = await scopeFor(ports, call, "kill.recover", call.body.scope);
  if (!scope.ok) return scope;
  const claimed = await claim<"accepted">(ports, call, repeatable(call, call.body), "recovery");
  if (!claimed.ok) return claimed;
  const { id, replayed, settle, release } = claimed.value;
  if (replayed !== null) return reply(202, { id }, REPLAYED);
  const asked = await ports.killSwitch.requestRecovery(scope.value, call.principal, keptTextOrMarker(ports, call.body.reason));
  if (!asked.ok) {
    await release();
    return err(await onRecordIfOnePerson(ports, call, "kill.recover", `kill-switch/${call.body.scope}`, asked.error));
  }
  await settle("accepted", asked.value.id);
  return reply(202, { id: asked.value.id });
}

type DrillCall = Call<NoFields, NoFields, typeof idempotencyHeader, typeof DrillBody>;

async function drill(ports: IngressPorts, call: DrillCall): Promise<Answer<202, { readonly id: string }>> {
  const scope = await scopeFor(ports, call, "kill.throw", call.body.scope);
  if (!scope.ok) return scope;
  const unknownThing = await unknownInScope(ports, call, call.routeName, scope.value);
  if (unknownThing !== null) return err(unknownThing);
  const claimed = await claim<"accepted">(ports, call, repeatable(call, call.body), "drill");
  if (!claimed.ok) return claimed;
  const { id, replayed, settle, release } = claimed.value;
  if (replayed !== null) return reply(202, { id }, REPLAYED);
  const begun = await ports.killSwitch.drill(scope.value, call.principal);
  if (!begun.ok) {
    await release();
    return begun;
  }
  await settle("accepted", begun.value.id);
  return reply(202, { id: begun.value.id });
}
