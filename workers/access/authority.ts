/** Answers a run's question before it does anything outside (core/workflow/authority.ts). Never throws: what cannot be decided is refused. */

import { type Circumstances, circumstancesOf, NOTHING_YET } from "../../core/access/circumstances.ts";
import type { Role } from "../../core/access/principal.ts";
import { didYouMean } from "../../core/errors/unknown-name.ts";
import { holdsPlaceholder } from "../../core/guardrail/placeholder.ts";
import { isObject, type Json } from "../../core/json.ts";
import { DATA_CLASSES, type DataClass } from "../../core/label/label.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import type { ModelTool } from "../../core/model/message.ts";
import { candidatesFor, type Route, type RouteKnowledge, WHY_NOT } from "../../core/model/route.ts";
import type { TaskRoute } from "../../core/model/task-route.ts";
import { isOwnHost } from "../../core/net/own-host.ts";
import type { OrgSettings } from "../../core/org/settings.ts";
import { resourcesOf } from "../../core/policy/permissions.ts";
import type { ActiveSets } from "../../core/policy/set.ts";
import { unreachable } from "../../core/result.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import { toolAddresses } from "../../core/tool/address.ts";
import { factsOf } from "../../core/tool/facts.ts";
import { reachesGuarded } from "../../core/tool/guarded.ts";
import { KNOWLEDGE_SEARCH } from "../../core/tool/knowledge-search.ts";
import type { ManifestOf, ToolFacts, ToolManifest } from "../../core/tool/manifest.ts";
import { isMemoryTool, type MemoryTool } from "../../core/tool/memory-tools.ts";
import { WORKFLOW_TOOL } from "../../core/tool/workflow-tool.ts";
import type { AuthorityAnswer, AuthorityQuestion, Caller, Permission } from "../../core/workflow/authority.ts";
import type { Definition, JsonSchema } from "../../core/workflow/definition.ts";
import { placeIn } from "../../core/workflow/known-path.ts";
import { validate } from "../../core/workflow/schema.ts";
import type { Access, KnowledgeAction } from "./access.ts";
import { riskOfCall, underClasses, underRisk } from "./held-up.ts";

/** What decisions are made from. */
export type AuthorityPorts = {
  readonly now: () => EpochMs;
  readonly log: Log;
  readonly access: Pick<Access, "permission">;
  /** The policies of the org that are in force, at most `CACHE_MS.policies` old. Throws when nobody can say: nothing is allowed then. */
  policies(org: string): Promise<ActiveSets>;
  /** The newest version; of a withdrawn tool what this run may go on with. null: the run has no such tool. */
  tool(org: string, name: string, run: string): Promise<ToolManifest | null>;
  /**
   * Which of the roles that a run began with its user still has: now, or a few seconds ago. Throws when nobody can say: nothing is allowed then.
   */
  rolesLeft(caller: Caller, how: "now" | "lately"): Promise<readonly Role[]>;
  /** The org's list of hosts that its tools may call: those are its own. null: it has no list. */
  egress(org: string): Promise<readonly string[] | null>;
  /** What the org says of risk, of models and of where its data may go. */
  settings(org: string): Promise<Pick<OrgSettings, "models" | "risk" | "accepts">>;
  /** The id of the override that lifts the risk block of this step in one of these runs; null: none does. */
  overridden(org: string, runs: readonly string[], step: string): Promise<string | null>;
  models(org: string): Promise<readonly ModelEntry[]>;
  /** null: the org has none for this task. */
  route(org: string, task: string): Promise<TaskRoute | null>;
  /** The class of a collection; null: there is none of this name. */
  collectionClass(org: string, name: string): Promise<DataClass | null>;
  /** How long a model took lately; null: nobody measured. */
  readonly measured: RouteKnowledge["measured"];
  /** The version that this user's runs get, or the named one; of a withdrawn workflow what this run may go on with. null: there is none. */
  workflow(
    org: string,
    name: string,
    version: number | null,
    user: string,
    run: string,
  ): Promise<{ readonly version: number; readonly digest: string; readonly definition: Definition } | null>;
  /** The id of the run that an activity starts: always the same one, so that starting it twice is starting it once. */
  childRunId(org: string, run: string, activity: string): Promise<string>;
  /** A run's value with the personal data behind its placeholders: to be checked, and to go nowhere. */
  filled(context: { readonly org: string; readonly run: string }, value: Json): Promise<Json>;
};

/** Answers the questions of runs and chats. */
export type Authority = {
  /** `killEpoch`: of the kill switch, as whoever asks last heard it. */
  authorize(question: AuthorityQuestion, killEpoch: number): Promise<AuthorityAnswer>;
  /**
   * As `authorize`, for a run, whose `roles` are those that it began with: of these count those that its user still has. What undoes a run's calls
   * keeps the roles that they were made with.
   */
  authorizeInRun(question: AuthorityQuestion, killEpoch: number): Promise<AuthorityAnswer>;
  /** Whether a run, whose `roles` are those that it began with, may do this now with what is remembered of its person. What cannot be decided is denied. */
  mayRemember(
    about: {
      readonly caller: Caller;
      readonly run: string;
      readonly workflow: string;
      readonly action: MemoryTool;
      readonly subject: string;
    },
    killEpoch: number,
  ): Promise<Permission["decision"]>;
  /** Whether a caller may start this workflow over HTTP. Throws when the org's policies cannot be read. */
  mayStart(start: { readonly caller: Caller; readonly workflow: string; readonly own: boolean }, killEpoch: number): Promise<Permission>;
  /** Whether a caller may do this with a collection over HTTP. Throws as `mayStart` does. */
  mayKnow(
    about: { readonly caller: Caller; readonly action: KnowledgeAction; readonly collection: string },
    killEpoch: number,
  ): Promise<Permission>;
};

type Refused = Extract<AuthorityAnswer, { kind: "refused" }>;
/** Models, or flaws of an input, that a refusal names. */
const REASONS_TOLD = 3;

const refused = (code: Refused["code"], message: string, transient: boolean): Refused => ({ kind: "refused", code, message, transient });

/** Fails closed: what cannot be decided is refused, either as transient or permanently. */
export function defineAuthority(ports: AuthorityPorts): Authority {
  const answer = async (question: AuthorityQuestion, killEpoch: number): Promise<AuthorityAnswer> => {
    switch (question.kind) {
      case "tool":
        return aboutTool(ports, question, killEpoch);
      case "model":
        return aboutModel(ports, question, killEpoch);
      case "run":
        return aboutRun(ports, question, killEpoch);
      default:
        return unreachable(question);
    }
  };
  const orRefused = async (question: AuthorityQuestion, asked: Promise<AuthorityAnswer>): Promise<AuthorityAnswer> => {
    try {
      return await asked;
    } catch (error) {
      const { kind, run, caller } = question;
      ports.log(logLine("authority.failed", { question: kind, org: caller.org, run, error: errorName(error) }));
      const verb = question.kind === "run" ? "started" : "called";
      return refused("internal", `the policy could not decide whether this ${question.kind} may be ${verb}`, true);
    }
  };
  const answerInRun = async (question: AuthorityQuestion, killEpoch: number): Promise<AuthorityAnswer> => {
    if (question.kind === "tool" && question.compensation) return answer(question, killEpoch);
    const { caller } = question;
    const roles = await ports.rolesLeft(caller, "lately");
    const given = await answer({ ...question, caller: { ...caller, roles } }, killEpoch);
    const lost = caller.roles.filter((role) => !roles.includes(role));
    return lost.length === 0 ? given : withLoss(given, lost);
  };
  return {
    authorize: (question, killEpoch) => orRefused(question, answer(question, killEpoch)),
    authorizeInRun: (question, killEpoch) => orRefused(question, answerInRun(question, killEpoch)),
    async mayRemember({ caller: began, run, workflow, action, subject }, killEpoch) {
      const { org } = began;
      try {
        const [roles, active] = await Promise.all([ports.rolesLeft(began, "now"), ports.policies(org)]);
        const caller = { ...began, roles };
        const moment = { at: ports.now(), epoch: killEpoch, workflow, destination: "" };
        const soFar = { ...NOTHING_YET, own: subject === began.user };
        const circumstances = { ...circumstancesOf(soFar, moment, "definition"), risk: 0 };
        return ports.access.permission({ kind: "memory", caller, org, action, subject, circumstances }, active).decision;
      } catch (error) {
        ports.log(logLine("authority.failed", { question: "memory", org, run, error: errorName(error) }));
        return "deny";
      }
    },
    async mayStart({ caller, workflow, own }, killEpoch) {
      const moment = { at: ports.now(), epoch: killEpoch, workflow, destination: "" };
      const circumstances = { ...circumstancesOf({ ...NOTHING_YET, own }, moment, "caller"), risk: 0 };
      return ports.access.permission({ kind: "run", caller, org: caller.org, circumstances }, await ports.policies(caller.org));
    },
    async mayKnow({ caller, action, collection }, killEpoch) {
      const moment = { at: ports.now(), epoch: killEpoch, workflow: "", destination: "" };
      const circumstances = { ...circumstancesOf(NOTHING_YET, moment, "caller"), risk: 0 };
      const question = { kind: "knowledge", caller, org: caller.org, action, collection, circumstances } as const;
      return ports.access.permission(question, await ports.policies(caller.org));
    },
  };
}

async function aboutTool(
  ports: AuthorityPorts,
  question: Extract<AuthorityQuestion, { kind: "tool" }>,
  killEpoch: number,
): Promise<AuthorityAnswer> {
  const { org } = question.caller;
  const [found, active] = await Promise.all([ports.tool(org, question.tool, question.run), ports.policies(org)]);
  if (found === null) return refused("not_found", `there is no tool \`${question.tool}\``, false);
  const manifest = await withClass(ports, org, await withEffect(ports, org, found, question.run), question.call?.input ?? null);
  const [destination = ""] = hostsOf(manifest);
  const before = circumstancesOf(
    question.soFar,
    { at: ports.now(), epoch: killEpoch, workflow: question.workflow, destination },
    question.chosenBy,
  );
  const staysOwn = await isOwn(ports, org, manifest);
  const circumstances = {
    ...before,
    guarded_reached: reachesGuarded(manifest.guarded, question.untrusted),
    compensation: question.compensation,
    seen_instruction: question.seenInstruction ?? false,
    way_out: question.ledByUntrusted === true && !staysOwn,
  };
  const risk = riskOfCall(manifest, circumstances, staysOwn, question.inRun);
  const decided = innerPermission(
    { ports, caller: question.caller, active },
    question,
    toolPermission({ ports, caller: question.caller, active }, manifest, { ...circumstances, risk: risk.score }),
    { ...circumstances, risk: risk.score },
  );
  const asked = decided.reasons.includes(TOOL_ROLES) ? { ...decided, told: whoMay(manifest) } : decided;
  const settings = await ports.settings(org);
  const accepted = underClasses(asked, question, manifest, settings, reachedBy(manifest));
  const permission = await underRisk(accepted, question, manifest, risk, settings.risk, (runs, step) => ports.overridden(org, runs, step));
  if (manifest.kind !== "workflow" || permission.decision === "deny") return { kind: "tool", permission, facts: factsOf(manifest), risk };
  const child = await childOf(ports, question, manifest, killEpoch);
  if (child.kind === "refused") return child;
  return { kind: "tool", permission, facts: { ...factsOf(manifest), child: inFacts(manifest, child) }, risk };
}

/** A tool that is a workflow does what the workflow's runs may do, whatever its manifest says. */
async function withEffect(ports: AuthorityPorts, org: string, manifest: ToolManifest, run: string): Promise<ToolManifest> {
  if (manifest.kind !== "workflow" || manifest.effect === "write") return manifest;
  const workflow = await ports.tool(org, `${WORKFLOW_TOOL}${manifest.workflow.name}`, run);
  return workflow?.effect === "read" ? manifest : { ...manifest, effect: "write" };
}

type ChildAnswer = Extract<AuthorityAnswer, { kind: "run" }>;

/** The run that a call of the workflow starts, under the rules of any child run and with an input that fits the tool's schema too. */
async function childOf(
  ports: AuthorityPorts,
  question: Extract<AuthorityQuestion, { kind: "tool" }>,
  manifest: ManifestOf<"workflow">,
  killEpoch: number,
): Promise<ChildAnswer | Refused> {
  const { caller, run, call, soFar } = question;
  if (call === undefined) return refused("invalid_request", "the tool is a workflow: only a run can call it, as a child run", false);
  const { activity, input } = call;
  const start = { kind: "run", caller, run, activity, workflow: manifest.workflow.name, version: null, input, soFar } as const;
  const misfit = await misfitOfInput(ports, start, manifest.input);
  if (misfit !== null) return refused("invalid_request", misfit, false);
  const answer = await aboutRun(ports, start, killEpoch);
  return answer.kind === "run" || answer.kind === "refused"
    ? answer
    : refused("internal", "the policy gave no answer about the child run", true);
}

const inFacts = ({ output }: ToolManifest, { child, workflow, version, digest, limits }: ChildAnswer): NonNullable<ToolFacts["child"]> => ({
  ...{ run: child, workflow, version, digest, output },
  limits: { usd: limits.usd, tokens: limits.tokens },
});

/** The hosts that a call of the tool can send something to. */
const hostsOf = (tool: ToolManifest): readonly string[] =>
  [...new Set(toolAddresses(tool).map((url) => URL.parse(url)?.hostname ?? ""))].filter((host) => host !== "");

/** What a search answers has the class of its collection, where that is higher than the tool's own. One that nobody knows is the highest. */
async function withClass(ports: AuthorityPorts, org: string, manifest: ToolManifest, input: Json): Promise<ToolManifest> {
  if (manifest.kind !== "platform" || manifest.name !== KNOWLEDGE_SEARCH) return manifest;
  const name = isObject(input) ? input["collection"] : null;
  const named = typeof name === "string" ? await ports.collectionClass(org, name) : null;
  const rank = (one: DataClass): number => DATA_CLASSES.indexOf(one);
  const sensitivity = named ?? "restricted";
  return rank(sensitivity) > rank(manifest.sensitivity) ? { ...manifest, sensitivity } : manifest;
}

/** The policy that holds callers to a tool's `allow.roles`. */
const TOOL_ROLES = "calls.tool_roles";

function whoMay({ name, allow }: ToolManifest): string {
  const roles = (allow?.roles ?? []).map((role) => `\`${role}\``).join(", ");
  return `\`${name}\` may be called by ${roles === "" ? "no role" : `the roles ${roles} only`}`;
}

/** A denial says which roles the run's user has no longer: they may be why. */
function withLoss(answer: AuthorityAnswer, lost: readonly Role[]): AuthorityAnswer {
  const names = lost.map((role) => `\`${role}\``).join(", ");
  const loss = `the run's user no longer has the ${lost.length === 1 ? "role" : "roles"} ${names}`;
  if (answer.kind === "refused") return answer.code === "policy_denied" ? { ...answer, message: `${answer.message}; ${loss}` } : answer;
  if (answer.kind === "run" || answer.permission.decision !== "deny") return answer;
  const { told } = answer.permission;
  return { ...answer, permission: { ...answer.permission, told: told === undefined ? loss : `${told}; ${loss}` } };
}

/** Every host that the tool reaches is one of the org's own. */
async function isOwn(ports: AuthorityPorts, org: string, tool: ToolManifest): Promise<boolean> {
  const listed = await ports.egress(org);
  return reachedBy(tool).every((url) => url !== null && isOwnHost(url, listed));
}

/** Where a call of the tool may go: its address, or what its code's `egress` lists. null: an entry that is no host. */
const reachedBy = (tool: ToolManifest): readonly (URL | null)[] => toolAddresses(tool).map((address) => URL.parse(address));

/** For whom it is decided, by which policies. */
type Deciding = { readonly ports: AuthorityPorts; readonly caller: Caller; readonly active: ActiveSets };

/** Decided for each host that the call can reach, and the strictest decision counts. */
function toolPermission({ ports, caller, active }: Deciding, manifest: ToolManifest, before: Circumstances): Permission {
  const { org } = caller;
  const { name, effect, approval, scopes, allow } = manifest;
  const tool = { org, name, effect, approval, resources: resourcesOf(scopes), roles: allow?.roles ?? null };
  const ask = (destination: string): Permission => {
    const circumstances = { ...before, destination };
    return ports.access.permission({ kind: "tool", caller, tool, circumstances }, active);
  };
  const [first = "", ...others] = hostsOf(manifest);
  return others
    .map(ask)
    .reduce((strictest, next) => (STRICTNESS[next.decision] > STRICTNESS[strictest.decision] ? next : strictest), ask(first));
}

/**
 * A memory tool is decided as the call of a tool, and as what it does to the memory of the person; a search, as what it does with its
 * collection. The stricter counts.
 */
function innerPermission(
  { ports, caller, active }: Deciding,
  { tool, subject, call: asked }: Extract<AuthorityQuestion, { kind: "tool" }>,
  call: Permission,
  circumstances: Circumstances,
): Permission {
  const { org } = caller;
  const input = asked?.input ?? null;
  const collection = tool === KNOWLEDGE_SEARCH && isObject(input) ? input["collection"] : null;
  const question =
    typeof collection === "string"
      ? ({ kind: "knowledge", caller, org, action: "knowledge.search", collection, circumstances } as const)
      : subject !== undefined && isMemoryTool(tool)
        ? ({ kind: "memory", caller, org, action: tool, subject, circumstances } as const)
        : null;
  if (question === null) return call;
  const done = ports.access.permission(question, active);
  if (STRICTNESS[done.decision] > STRICTNESS[call.decision]) return { ...done, ...(call.asked === undefined ? {} : { asked: call.asked }) };
  return call;
}

const STRICTNESS: { readonly [D in Permission["decision"]]: number } = { allow: 0, ask: 1, deny: 2 };

async function aboutModel(
  ports: AuthorityPorts,
  question: Extract<AuthorityQuestion, { kind: "model" }>,
  killEpoch: number,
): Promise<AuthorityAnswer> {
  const { caller, task, soFar, workflow } = question;
  const { org } = caller;
  const [models, route, settings, active] = await Promise.all([
    ports.models(org),
    task === null ? null : ports.route(org, task),
    ports.settings(org),
    ports.policies(org),
  ]);
  const permissions = new Map<string, Permission>();
  const at = ports.now();
  const circumstancesFor = (id: string): Circumstances => {
    const destination = URL.parse(models.find((entry) => entry.id === id)?.base_url ?? "")?.hostname ?? "";
    // The prompt is the developer's; a model's call writes nothing, and has no risk of its own.
    return { ...circumstancesOf(soFar, { at, epoch: killEpoch, workflow, destination }, "definition"), risk: 0 };
  };
  const permissionFor = (id: string): Permission => {
    const permission =
      permissions.get(id) ??
      ports.access.permission({ kind: "model", caller, org, model: id, circumstances: circumstancesFor(id) }, active);
    permissions.set(id, permission);
    return permission;
  };
  const mayCall = (id: string): boolean => permissionFor(id).decision === "allow";
  const { candidates, rejected } = candidatesFor({ ...question, class: soFar.args.class }, models, {
    route,
    mayCall,
    measured: ports.measured,
    requirements: settings.models,
  });
  const [first] = candidates;
  const denied = [...permissions.values()].find(({ decision }) => decision !== "allow");
  const permission = first === undefined ? denied : permissionFor(first.id);
  if (permission === undefined) return nobody(question, models, rejected);
  return {
    kind: "model",
    permission,
    candidates,
    rejected,
    ...(question.complexity === undefined ? {} : { complexity: question.complexity }),
    tools: await toolsFor({ ports, caller, active }, question, circumstancesFor("")),
  };
}

/** The policy denied nobody, and yet nobody is left. */
function nobody(
  { model, task }: Pick<Extract<AuthorityQuestion, { kind: "model" }>, "model" | "task">,
  models: readonly ModelEntry[],
  rejected: Route["rejected"],
): Refused {
  const asked = model === null ? `the task \`${task}\`` : `\`${model}\``;
  const isTooLong = rejected.some(({ why }) => why === WHY_NOT.window);
  const reasons = rejected.slice(0, REASONS_TOLD).map(({ id, why }) => `\`${id}\`: ${why}`);
  const ids = models.map(({ id }) => id);
  const tasks = [...new Set(models.flatMap((entry) => entry.tasks))].filter((name) => name !== "*");
  const [name, names] = model === null ? [task ?? "", tasks] : [model, ids];
  const near = names.includes(name) ? "" : didYouMean(name, names);
  const message = [`no registered model may answer for ${asked}`, ...reasons].join("; ") + near;
  const code = isTooLong ? "limit_reached" : rejected.some((one) => one.for !== undefined) ? "policy_denied" : "not_found";
  return { ...refused(code, message, false), rejected, ...(code === "policy_denied" ? { layer: "label" as const } : {}) };
}

/** The tools that a model is offered: those that exist and that the caller's roles may reach. The policy decides each call again. */
async function toolsFor(
  deciding: Deciding,
  { tools: names, run }: Pick<Extract<AuthorityQuestion, { kind: "model" }>, "tools" | "run">,
  circumstances: Omit<Circumstances, "risk">,
): Promise<ModelTool[]> {
  const { ports, caller } = deciding;
  const manifests = await Promise.all([...new Set(names)].map((name) => ports.tool(caller.org, name, run)));
  return manifests.flatMap((manifest) => {
    if (manifest === null) return [];
    const chosen = { ...circumstances, chosen_by: "model", risk: 0 } as const;
    if (toolPermission(deciding, manifest, chosen).decision === "deny") return [];
    return [{ name: manifest.name, description: manifest.description, input: manifest.input }];
  });
}

/** A run that starts another one acts for its caller: who may not start runs may not start them through a run either. */
async function aboutRun(
  ports: AuthorityPorts,
  question: Extract<AuthorityQuestion, { kind: "run" }>,
  killEpoch: number,
): Promise<AuthorityAnswer> {
  const { caller, run, activity, workflow, soFar } = question;
  const moment = { at: ports.now(), epoch: killEpoch, workflow, destination: "" };
  const circumstances = { ...circumstancesOf(soFar, moment, soFar.agent === "" ? "definition" : "model"), risk: 0 };
  const active = await ports.policies(caller.org);
  const { decision } = ports.access.permission({ kind: "run", caller, org: caller.org, circumstances }, active);
  if (decision !== "allow") return refused("policy_denied", "the caller may not start runs", false);
  const found = await ports.workflow(caller.org, workflow, question.version, caller.user, run);
  if (found === null) {
    const asked = question.version === null ? `\`${workflow}\`` : `\`${workflow}\` in version ${question.version}`;
    return refused("not_found", `there is no workflow ${asked}`, false);
  }
  const misfit = await misfitOfInput(ports, question, found.definition.input);
  if (misfit !== null) return refused("invalid_request", misfit, false);
  const child = await ports.childRunId(caller.org, run, activity);
  return { kind: "run", child, workflow, version: found.version, digest: found.digest, limits: found.definition.limits };
}

/** A child's input is held to the child's schema as if a caller had sent it: with its personal data in it, and no child is born of what does not fit. */
async function misfitOfInput(
  ports: AuthorityPorts,
  { caller, run, workflow, input }: Extract<AuthorityQuestion, { kind: "run" }>,
  schema: JsonSchema,
): Promise<string | null> {
  const filled = holdsPlaceholder(input) ? await ports.filled({ org: caller.org, run }, input) : input;
  const flaws = validate(schema, filled);
  if (flaws.length === 0) return null;
  const told = flaws.slice(0, REASONS_TOLD).map(({ path, message }) => `at ${placeIn(schema, path)}: ${message}`);
  const more = flaws.length > REASONS_TOLD ? `; and ${flaws.length - REASONS_TOLD} more` : "";
  return `the input does not fit the schema of the workflow \`${workflow}\` ${told.join("; ")}${more}`;
}
