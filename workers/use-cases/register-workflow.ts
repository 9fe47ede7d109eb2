/**
 * Registers a definition, or only checks it; the same content gives the version it has. What will surely or probably fail is said as
 * warnings (core/workflow/warnings), and so is that the version takes no traffic.
 */
import { canonicalJson } from "../../core/canonical-json.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { hasTask } from "../../core/model/defaults.ts";
import { isMailAddress } from "../../core/notice/destination.ts";
import { warningsOfReach } from "../../core/reach/difference.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { flawOfKind } from "../../core/tool/check.ts";
import { workflowOfTool } from "../../core/tool/workflow-tool.ts";
import { checkDefinition } from "../../core/workflow/check.ts";
import type { Definition } from "../../core/workflow/definition.ts";
import { mentionsOf } from "../../core/workflow/step-kinds.ts";
import type { Share } from "../../core/workflow/traffic.ts";
import type { WorkflowVersionView } from "../../core/workflow/view.ts";
import { stepsOf } from "../../core/workflow/warnings/places.ts";
import type { OwnerStanding, Warning } from "../../core/workflow/warnings/warning.ts";
import { warningsOf } from "../../core/workflow/warnings/warnings.ts";
import { isToldHost } from "../kit/told-hosts.ts";
import { denied } from "./access.ts";
import { claim, type Repeatable } from "./idempotency.ts";
import type { UseCasePorts } from "./ports.ts";
import { type ReachNews, reachNews } from "./reach.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

/** Maximum tool names of a definition that are looked up; further ones count as unknown. No definition needs as many. */
const MOST_TOOLS = 500;
/** Maximum child workflows of a definition that are looked up; further ones count as missing. */
const MOST_CHILDREN = 100;
/** Routes of an org that are looked at for warnings; a task of a further one may be warned about although it has a route. */
const MOST_ROUTES = 200;

/** `created`: a new version; `done`: the version that has this content. */
export type Registered = {
  readonly outcome: "done" | "created";
  readonly version: WorkflowVersionView;
  /** Share of the users whose runs start with this version, 0 to 100. */
  readonly percent: number;
  readonly warnings: readonly Warning[];
  /** What it can touch, against the version that was in force. */
  readonly reach: ReachNews;
  readonly replayed: boolean;
};

/** A definition that was checked and not registered. `digest`: what it would be registered under. */
export type CheckedWorkflow = {
  readonly name: string;
  readonly digest: string;
  readonly warnings: readonly Warning[];
  readonly reach: ReachNews;
};

type RegisteringPorts = UseCasePorts & {
  /** `sendsMail`: the deployment has a service of mail. */
  readonly settings: { readonly sendsMail: boolean };
};

/** Checks a definition as registering it would; keeps nothing. */
export async function checkWorkflow(
  ports: RegisteringPorts,
  by: Requester,
  definition: JsonObject,
): Promise<Result<CheckedWorkflow, Refusal>> {
  const refusal = await denied(ports, by, "workflow.write");
  if (refusal !== null) return err(refusal);
  const checked = await check(ports, by, definition);
  if (!checked.ok) return checked;
  const { digest, warnings, reach } = checked.value;
  return ok({ name: checked.value.definition.name, digest, warnings, reach });
}

/** `definition`: as it was sent. */
export async function registerWorkflow(
  ports: RegisteringPorts,
  by: Requester,
  { definition: sent }: { readonly definition: JsonObject },
  repeat: Repeatable,
): Promise<Result<Registered, Refusal>> {
  const { org } = by.principal;
  const refusal = await denied(ports, by, "workflow.write");
  if (refusal !== null) return err(refusal);
  const checked = await check(ports, by, sent);
  if (!checked.ok) return checked;
  const { definition, digest, warnings, reach } = checked.value;
  const claimed = await claim<"done" | "created">(ports, by, repeat, `${definition.name}@${digest}`);
  if (!claimed.ok) return claimed;
  const { replayed, settle } = claimed.value;
  // The same content is the same version, however often it is put: a replay puts it again and gives the first outcome.
  const { view, created } = await ports.store.workflows.put(org, definition, digest, (version) =>
    auditRecord(ports, by, {
      type: "workflow.registered",
      action: "workflow.write",
      resource: `workflow/${definition.name}@${version}`,
      decision: "allow",
      data: { digest },
    }),
  );
  const outcome = replayed ?? (created ? "created" : "done");
  await settle(outcome);
  const shares = await ports.store.workflows.shares(org, view.name);
  const percent = shares.find(({ version }) => version === view.version)?.percent ?? 0;
  const asleep = percent === 0 ? [unserved(view, shares)] : [];
  return ok({ outcome, version: view, percent, warnings: [...asleep, ...warnings], reach, replayed: replayed !== null });
}

type Checked = {
  readonly definition: Definition;
  readonly digest: string;
  readonly warnings: readonly Warning[];
  readonly reach: ReachNews;
};

async function check(ports: RegisteringPorts, by: Requester, sent: JsonObject): Promise<Result<Checked, Refusal>> {
  const { org } = by.principal;
  const names = toolNames(sent);
  const tools = await ports.store.tools.known(org, names);
  const manifests = (await Promise.all([...tools].map((name) => ports.store.tools.get(org, name, null)))).filter((found) => found !== null);
  const toolFacts = Object.fromEntries(manifests.map(({ name, effect }) => [name, { effect }] as const));
  const checked = checkDefinition(sent, { tools, toolFacts });
  if (!checked.ok) return err(refuse("invalid_request", "the definition is invalid", checked.error));
  const definition = checked.value;
  const digest = await sha256Hex(canonicalJson(definition as unknown as Json));
  const models = await ports.models(org);
  const routed = new Set((await ports.store.routes.list(org, { limit: MOST_ROUTES, cursor: null })).data.map(({ task }) => task));
  const settings = await ports.store.orgs.settings(org);
  const undoing = await ports.store.tools.known(org, [...new Set(manifests.flatMap(({ compensate }) => compensate?.tool ?? []))]);
  const children = await childrenOf(ports, by, definition);
  const warnings = warningsOf(definition, {
    now: ports.now(),
    guardrails: settings.guardrails,
    standing: definition.owner === undefined ? "known" : await standingOf(ports, org, definition.owner, settings),
    undoing,
    unrunnable: new Map(
      manifests.flatMap(({ name, kind }): [string, string][] => {
        const why = flawOfKind(kind, ports.settings);
        return why === null ? [] : [[name, why]];
      }),
    ),
    models: new Set(models.map(({ id }) => id)),
    collections: await collectionsOf(ports, org, definition),
    workflow: (name, version) => children.get(childKey(name, version)) ?? null,
    tools: new Map(manifests.map((manifest) => [manifest.name, manifest])),
    serves: (task) => routed.has(task) || models.some((model) => hasTask(model, task)),
  });
  const reach = await reachNews(ports, org, { definition, digest });
  const grown = reach.against === null ? [] : warningsOfReach(reach.difference, reach.against);
  return ok({ definition, digest, warnings: [...warnings, ...grown], reach });
}

async function collectionsOf({ store }: RegisteringPorts, org: string, { knowledge = [] }: Definition): Promise<ReadonlySet<string>> {
  const found = await Promise.all(knowledge.map(async (name) => ((await store.collections.get(org, name)) === null ? [] : [name])));
  return new Set(found.flat());
}

async function standingOf(
  { store, settings }: RegisteringPorts,
  org: string,
  owner: string,
  told: Parameters<typeof isToldHost>[0],
): Promise<OwnerStanding> {
  if (isMailAddress(owner)) return settings.sendsMail ? "known" : "mail_not_sent";
  if (/^https?:\/\//.test(owner)) return URL.canParse(owner) && isToldHost(told, new URL(owner)) ? "known" : "host_not_listed";
  return (await store.keys.rolesOf(org, owner)).length > 0 ? "known" : "unknown";
}

const childKey = (name: string, version: number | null): string => `${name}@${version ?? ""}`;

/** The workflows that its steps start, as a run of this caller would get them today; those that do not exist are left out. */
async function childrenOf({ store }: UseCasePorts, { principal }: Requester, definition: Definition): Promise<Map<string, Definition>> {
  const { org, user } = principal;
  const asTools = definition.tools.flatMap((tool) => {
    const workflow = workflowOfTool(tool);
    return workflow === null ? [] : [{ workflow, version: null }];
  });
  const named = [...stepsOf(definition).flatMap(({ step }) => mentionsOf(step).child ?? []), ...asTools];
  const asked = new Map(named.map(({ workflow, version }) => [childKey(workflow, version), { workflow, version }] as const));
  const found = await Promise.all(
    [...asked].slice(0, MOST_CHILDREN).map(async ([key, { workflow, version }]): Promise<[string, Definition][]> => {
      const view = await (version === null ? store.workflows.choose(org, workflow, user) : store.workflows.get(org, workflow, version));
      return view === null ? [] : [[key, view.definition]];
    }),
  );
  return new Map(found.flat());
}

/** Registering gives no version traffic that was taken from it, or that a split never gave it. */
function unserved({ name, version }: WorkflowVersionView, shares: readonly Share[]): Warning {
  const serving = shares.map((share) => `version ${share.version} takes ${share.percent} %`).join(", ");
  const message = `version ${version} takes no traffic (${serving}); POST /v1/workflows/${name}/traffic gives it some`;
  return { path: "", message };
}

function toolNames(raw: JsonObject): string[] {
  const listed: unknown = raw["tools"];
  return Array.isArray(listed) ? [...new Set(listed.filter((name): name is string => typeof name === "string"))].slice(0, MOST_TOOLS) : [];
}

async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
