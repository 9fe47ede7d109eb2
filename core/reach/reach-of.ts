/** Draws the map: walks the steps of a definition, what its tools name, and the workflows that its runs may start, each once. */
import { DATA_CLASSES, type DataClass } from "../label/label.ts";
import { isListedHost } from "../net/listed-host.ts";
import { isOwnHost } from "../net/own-host.ts";
import { toolAddresses } from "../tool/address.ts";
import type { ToolManifest } from "../tool/manifest.ts";
import { workflowOfTool } from "../tool/workflow-tool.ts";
import type { Definition, ModelChoice } from "../workflow/definition.ts";
import { mentionsOf } from "../workflow/step-kinds.ts";
import { stepsOf } from "../workflow/warnings/places.ts";
import { askedAboutCall, askedBesides } from "./approvals.ts";
import { candidatesOf } from "./candidates.ts";
import { classesOfSchema } from "./input-classes.ts";
import type { CallRole, Reach, ReachedApproval, ReachedCandidate, ReachedClass, ReachedSystem, ReachedUnknown } from "./reach.ts";
import type { NamedWorkflow, World } from "./world.ts";

/** Everything that a run of the definition, and the runs that it starts, may touch. */
export const reachOf = (definition: Definition, world: World): Reach => new Walk(world).from(definition);

type Chooser = "definition" | "model";
type Found<T> = Map<string, { is: T; readonly steps: Set<string> }>;

class Walk {
  readonly #world: World;
  readonly #systems = new Map<string, { readonly tool: ToolManifest; readonly roles: Set<CallRole>; readonly steps: Set<string> }>();
  readonly #models = new Map<string, { readonly candidates: Map<string, ReachedCandidate>; readonly steps: Set<string> }>();
  readonly #workflows: Found<{ readonly workflow: string; readonly version: number }> = new Map();
  readonly #unknown: Found<Pick<ReachedUnknown, "kind" | "name">> = new Map();
  readonly #approvals = new Map<string, ReachedApproval>();
  readonly #classes = new Map<string, ReachedClass>();
  readonly #followed = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  from(definition: Definition): Reach {
    this.#definition(definition);
    const { settings, complete } = this.#world;
    const systems = [...this.#systems.values()].map((found) => this.#system(found)).sort(by(({ tool }) => tool));
    const models = [...this.#models].map(([asked, { candidates, steps }]) => ({
      asked,
      steps: sorted(steps),
      candidates: [...candidates.values()],
    }));
    return {
      systems: {
        read: systems.filter(({ effect }) => effect === "read"),
        written: systems.filter(({ effect }) => effect === "write"),
        none: systems.filter(({ effect }) => effect === "none"),
      },
      hosts: this.#hosts(
        systems,
        models.flatMap(({ candidates }) => candidates),
      ),
      data_classes: [...this.#classes.values()],
      models: models.sort(by(({ asked }) => asked)),
      approvals: [...this.#approvals.values()].sort(by(({ step, tool }) => `${step} ${tool ?? ""}`)),
      workflows: listed(this.#workflows),
      callbacks: { hosts: [...settings.callback_hosts], accepts: settings.accepts.callbacks ?? null },
      reviews: { accepts: settings.accepts.reviews ?? null },
      unknown: listed(this.#unknown),
      complete,
    };
  }

  #definition(definition: Definition): void {
    for (const { at, class: named } of classesOfSchema(definition.input))
      this.#class({ source: "input", name: definition.name, at, class: named });
    for (const asked of askedBesides(definition, this.#world.settings.guardrails)) this.#approval(asked);
    for (const { id, step } of stepsOf(definition)) {
      const place = `${definition.name}/${id}`;
      const { tools, compensate, prompted, child } = mentionsOf(step);
      const chooser: Chooser = prompted === null ? "definition" : "model";
      for (const { name } of tools) this.#tool(name, place, "call", chooser, compensate === null);
      if (compensate !== null) this.#tool(compensate.tool, place, "compensate", "definition", false);
      if (prompted !== null) this.#asked(prompted.model, place);
      if (child !== null) this.#workflow({ name: child.workflow, version: child.version }, place);
    }
  }

  /** `undone`: the tool's own `compensate` counts, because its step says none. */
  #tool(name: string, place: string, role: CallRole, chooser: Chooser, undone: boolean): void {
    const key = JSON.stringify([name, place, role, chooser]);
    if (this.#followed.has(key)) return;
    this.#followed.add(key);
    const workflow = workflowOfTool(name);
    if (workflow !== null) {
      if (chooser === "model") this.#maybeAsked(place, name, "a model chooses the call, and the workflow may write");
      this.#workflow({ name: workflow, version: null }, place);
      return;
    }
    const tool = this.#world.tool(name);
    if (tool === null) {
      this.#missing("tool", name, place);
      return;
    }
    this.#approvalOfCall(tool, place, chooser);
    if (tool.kind === "workflow") this.#workflow({ name: tool.workflow.name, version: null }, place);
    else {
      const found = this.#systems.get(name) ?? { tool, roles: new Set<CallRole>(), steps: new Set<string>() };
      found.roles.add(role);
      found.steps.add(place);
      this.#systems.set(name, found);
    }
    this.#class({ source: "tool", name, at: "", class: tool.sensitivity });
    const { compensate, fallback, idempotency } = tool;
    if (compensate !== undefined && undone) this.#tool(compensate.tool, place, "compensate", "definition", false);
    if (fallback !== undefined) this.#tool(fallback, place, "fallback", chooser, undone);
    if (typeof idempotency !== "string") this.#tool(idempotency.lookup, place, "lookup", "definition", false);
  }

  #workflow(named: NamedWorkflow, place: string): void {
    const versions = this.#world.workflow(named);
    if (versions.length === 0) this.#missing("workflow", named.version === null ? named.name : `${named.name}@${named.version}`, place);
    for (const { version, definition } of versions) {
      const key = `${definition.name}@${version}`;
      const seen = this.#workflows.has(key);
      note(this.#workflows, key, { workflow: definition.name, version }, place);
      if (!seen) this.#definition(definition);
    }
  }

  #asked(choice: ModelChoice, place: string): void {
    const asked = choice.id ?? `task:${choice.task ?? ""}`;
    const { candidates, unknown } = candidatesOf(choice, this.#world);
    const found = this.#models.get(asked) ?? { candidates: new Map<string, ReachedCandidate>(), steps: new Set<string>() };
    for (const one of candidates) if (found.candidates.get(one.id)?.fallback !== false) found.candidates.set(one.id, one);
    found.steps.add(place);
    this.#models.set(asked, found);
    for (const id of unknown) this.#missing("model", id, place);
    if (choice.task !== null && candidates.every(({ fallback }) => fallback)) this.#missing("task", choice.task, place);
  }

  #approvalOfCall(tool: ToolManifest, place: string, chosenBy: Chooser): void {
    const { settings } = this.#world;
    const asked = askedAboutCall(tool, { chosenBy, foreign: this.#urls(tool).some(({ own: isOwn }) => !isOwn), risk: settings.risk });
    if (asked !== null) this.#approval({ step: place, tool: tool.name, ...asked });
  }

  #maybeAsked(step: string, tool: string, why: string): void {
    this.#approval({ step, tool, when: "maybe", why: [why] });
  }

  /** Reasons about the same call stand together. */
  #approval(asked: ReachedApproval): void {
    const key = JSON.stringify([asked.step, asked.tool]);
    const before = this.#approvals.get(key);
    const why = [...new Set([...(before?.why ?? []), ...asked.why])];
    this.#approvals.set(key, { ...asked, when: before?.when === "always" ? "always" : asked.when, why });
  }

  #class(one: ReachedClass): void {
    this.#classes.set(JSON.stringify([one.source, one.name, one.at, one.class]), one);
  }

  #missing(kind: ReachedUnknown["kind"], name: string, place: string): void {
    note(this.#unknown, `${kind} ${name}`, { kind, name }, place);
  }

  #urls(tool: ToolManifest): readonly { readonly host: string; readonly name: string; readonly own: boolean }[] {
    return toolAddresses(tool).map((address) => {
      const url = this.#world.parse(address);
      if (url === null) return { host: address, name: address, own: false };
      return { host: url.host, name: url.hostname, own: isOwnHost(url, this.#world.settings.egress) };
    });
  }

  #system({ tool, roles, steps }: { tool: ToolManifest; roles: Set<CallRole>; steps: Set<string> }): ReachedSystem {
    const { name, version, kind, effect, sensitivity, accepts } = tool;
    return {
      ...{ tool: name, version, kind, effect, roles: [...roles] },
      hosts: this.#urls(tool).map(({ host }) => host),
      server: kind === "mcp" ? tool.mcp.url : null,
      ...{ sensitivity, accepts: accepts ?? null, steps: sorted(steps) },
    };
  }

  #hosts(systems: readonly ReachedSystem[], models: readonly ReachedCandidate[]): Reach["hosts"] {
    const hosts = new Map<
      string,
      { readonly own: boolean; readonly name: string; readonly tools: Set<string>; readonly models: Set<string> }
    >();
    const at = (host: string, name: string, isOwn: boolean) => {
      const found = hosts.get(host) ?? { own: isOwn, name, tools: new Set<string>(), models: new Set<string>() };
      hosts.set(host, found);
      return found;
    };
    for (const { tool } of systems)
      for (const { host, name, own: isOwn } of this.#urls(this.#systems.get(tool)?.tool as ToolManifest))
        at(host, name, isOwn).tools.add(tool);
    for (const { id, host } of models) {
      const url = host === null ? null : this.#world.parse(`https://${host}/`);
      if (url !== null && host !== null) at(host, url.hostname, isOwnHost(url, this.#world.settings.egress)).models.add(id);
    }
    const classes = Object.entries(this.#world.settings.accepts.hosts ?? {});
    return [...hosts]
      .map(([host, { own: isOwn, name, tools, models: asked }]) => ({
        ...{
          host,
          own: isOwn,
          accepts: strictest(classes.flatMap(([entry, most]) => (isListedHost({ host, hostname: name }, [entry]) ? [most] : []))),
        },
        ...{ tools: sorted(tools), models: sorted(asked) },
      }))
      .sort(by(({ host }) => host));
  }
}

/** The lowest of the classes; null: there is none. */
const strictest = (classes: readonly DataClass[]): DataClass | null => DATA_CLASSES.find((one) => classes.includes(one)) ?? null;

function note<T>(found: Found<T>, key: string, is: T, place: string): void {
  const one = found.get(key) ?? { is, steps: new Set<string>() };
  one.steps.add(place);
  found.set(key, one);
}

const listed = <T>(found: Found<T>): (T & { readonly steps: readonly string[] })[] =>
  [...found].sort(by(([key]) => key)).map(([, { is, steps }]) => ({ ...is, steps: sorted(steps) }));

const sorted = (names: Iterable<string>): string[] => [...names].sort();
const by =
  <T>(name: (one: T) => string) =>
  (a: T, b: T): number =>
    name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0;
