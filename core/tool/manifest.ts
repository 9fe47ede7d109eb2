/**
 * What a tool is: its contract, its effect, where it lives and what may reach it. Checked by `check.ts`, every default filled in.
 *
 * PERSISTED: in D1 by (org, name, version). A kind of tool may be added; its name and fields stay.
 */
import type { PersonalDataType } from "../guardrail/finding.ts";
import type { DataClass } from "../label/label.ts";
import type { MicroUsd } from "../money.ts";
import type { JsonSchema, Template } from "../workflow/definition.ts";

/** Whether a tool changes anything outside. */
export type ToolEffect = "none" | "read" | "write";

/** What a second call under the same key does: answers as the first did, promises nothing, or is looked up with a read tool first. */
export type Idempotency = "key" | "none" | { readonly lookup: string };

/** The call that undoes a successful call of a tool that writes. `input`: its expressions see the `input` and the `output` of that call. */
export type ToolCompensate = { readonly tool: string; readonly input: Template };

/** What a field of `personal_data` lists beside kinds: values that an earlier run of the same person put in are opened too; alone, these of any kind. */
export const RECALLED = "recalled";
/** A kind of placeholders that a tool may open, or `RECALLED`. */
export type OpenedType = PersonalDataType | typeof RECALLED;

/** How many calls a minute the org may make of the tool, counted exactly over all isolates. */
export type ToolRate = { readonly per_minute: number };

/** When the tool's circuit breaker opens and closes: so many failures within the window open it, so many good probes close it. */
export type ToolBreaker = {
  readonly failures: number;
  readonly window_ms: number;
  readonly open_ms: number;
  readonly successes: number;
};

/** The breaker of a tool whose manifest says nothing of one (docs/contract.md, "Tools"). */
export const DEFAULT_TOOL_BREAKER: ToolBreaker = { failures: 10, window_ms: 60_000, open_ms: 30_000, successes: 2 };

/** An error that the tool documents: its word for it, and what it means to a model that reads it. */
export type ToolError = { readonly error: string; readonly message: string };

/** What a call costs, in dollars. `output_pointer`: JSON Pointer of the output field that says what a call did cost, up to `per_call_usd`. */
export type ToolPrice = { readonly per_call_usd: number; readonly output_pointer?: string };

/** How a tool is asked over HTTP. */
export type HttpBinding = {
  /** Absolute; `{field}` in the path takes an input field, never in the host. */
  readonly url: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers: { readonly [name: string]: string };
  /** Name of a secret that is sent as this tool's own credential, to the hosts the secret allows; null: none. */
  readonly secret: string | null;
  /**
   * Fields that go into the query whatever the method; then the body holds what is in neither path nor query. Absent: GET and DELETE put all
   * that is not in the path there, other methods nothing, and their body is the whole input.
   */
  readonly query?: readonly string[];
};

/** Which tool of a remote MCP server is called (streamable HTTP). */
export type McpBinding = {
  /** Absolute, without fields: the server's endpoint. */
  readonly url: string;
  /** The tool's name at its server. */
  readonly tool: string;
  /** Name of a secret that is sent as the credential of a call, to the hosts the secret allows; null: none. */
  readonly secret: string | null;
};

/** Code that runs in a container instance of its own for each call. */
export type ContainerBinding = {
  readonly language: "python";
  /** null: the call's input brings it (`code.run`, core/tool/code-run.ts). */
  readonly code: string | null;
};

/** Code of the developer's that runs in a V8 isolate of its own. */
export type IsolateBinding = {
  /** An ES module that imports nothing: `export default async (input, ctx) => output`. */
  readonly code: string;
  /** Host of `egress` → name of the secret that is put into requests to it, at the egress. Absent: none. */
  readonly secrets?: { readonly [host: string]: string };
};

/** The workflow whose run a call of the tool is: a child run of the one that calls it. */
export type WorkflowBinding = { readonly name: string };

/** Services of the platform's own that are tools: core/tool/knowledge-search.ts, core/tool/memory-tools.ts. */
export const PLATFORM_SERVICES = ["knowledge.search", "memory.recall", "memory.remember", "memory.forget"] as const;
/** A service of the platform's own, which nobody registers. */
export type PlatformBinding = { readonly service: (typeof PLATFORM_SERVICES)[number] };

/** The kinds of tools, each with the fields that only it has. A new kind is one line here; whatever it lacks then does not compile. */
type Bindings = {
  readonly http: { readonly http: HttpBinding };
  readonly mcp: { readonly mcp: McpBinding };
  readonly container: { readonly container: ContainerBinding };
  readonly isolate: { readonly isolate: IsolateBinding };
  readonly workflow: { readonly workflow: WorkflowBinding };
  readonly platform: { readonly platform: PlatformBinding };
};

/** A way to reach a tool. */
export type ToolKind = keyof Bindings;
/** Kinds of tools that an org registers. */
export type RegisteredKind = Exclude<ToolKind, "platform">;

/** How a tool of one kind is reached. */
export type BindingOf<K extends ToolKind> = { readonly kind: K } & Bindings[K];
/** How a tool is reached, by its kind. */
export type Binding = { [K in ToolKind]: BindingOf<K> }[ToolKind];

/** What every tool has, whatever its kind. */
export type ToolContract = {
  readonly name: string;
  readonly description: string;
  readonly effect: ToolEffect;
  readonly input: JsonSchema;
  readonly output: JsonSchema;
  readonly timeout_ms: number;
  readonly idempotency: Idempotency;
  readonly scopes: readonly string[];
  readonly approval: "never" | "always" | "policy";
  /** JSON Pointers of input fields that untrusted values must not reach unseen. */
  readonly guarded: readonly string[];
  /** JSON Pointer of an input field → the kinds of placeholders that are opened in it, and `recalled` where values of earlier runs may be. */
  readonly personal_data: { readonly [pointer: string]: readonly OpenedType[] };
  readonly sensitivity: DataClass;
  /** How long an answer to the same input is given again instead of a call, to anybody in the org. Absent: not at all. Reads only. */
  readonly cache_ms?: number;
  /** How old an answer may be when it is taken, and how long it is given again under the same key. Absent: any age, and not at all. */
  readonly max_age_ms?: number;
  /** Used where a step does not say how its call is undone, and for what an agent called. Absent: nothing undoes the tool's calls. */
  readonly compensate?: ToolCompensate;
  /** Absent: as many as the org's other limits allow. */
  readonly rate?: ToolRate;
  /** Absent: `DEFAULT_TOOL_BREAKER`. */
  readonly breaker?: ToolBreaker;
  /** A tool with the same output that is called when this one fails and certainly did nothing, or only reads. */
  readonly fallback?: string;
  /** Absent: the tool documents none. */
  readonly errors?: readonly ToolError[];
  /** Absent: a call costs nothing. */
  readonly price?: ToolPrice;
  /** The highest class of values that the tool may be given. Absent: every class. */
  readonly accepts?: DataClass;
  /** Hosts that the tool's own code may call. Absent: none; of a tool of kind `http`: the host of its address. */
  readonly egress?: readonly string[];
  /** True: each call gets an isolate of its own. Absent: false. */
  readonly fresh?: boolean;
  /** Roles that may reach the tool; null: all. */
  readonly allow: { readonly roles: readonly string[] } | null;
};

/** A manifest that has been checked and not yet been given a version. */
export type ToolContent = ToolContract & Binding;

/** One version of a registered tool. */
export type ToolManifest = ToolContent & { readonly version: number };
/** The manifest of a tool of one kind. */
export type ManifestOf<K extends ToolKind> = Extract<ToolManifest, { readonly kind: K }>;

/** What the engine needs to know of a tool to call it well; it goes into the journal with the decision to call. */
export type ToolFacts = {
  readonly tool: string;
  readonly version: number;
  readonly effect: ToolEffect;
  readonly idempotency: Idempotency;
  readonly timeout_ms: number;
  /** The class of what it answers. Absent in journals from before labels. */
  readonly sensitivity?: DataClass;
  /** As the tool's manifest said when the call was decided. */
  readonly compensate?: ToolCompensate;
  /** The tool that is called when this one fails. */
  readonly fallback?: string;
  /** A queue consumer always makes its calls: they take long. */
  readonly queued?: true;
  /** The most that one call costs, in micro-dollars, and where its output says what it did cost. Absent: it costs nothing. */
  readonly price?: { readonly micro_usd: MicroUsd; readonly output_pointer?: string };
  /** The tool is a workflow: the run that a call starts, within these limits, and what its output must fit. */
  readonly child?: {
    readonly run: string;
    readonly workflow: string;
    readonly version: number;
    readonly digest: string;
    readonly limits: { readonly usd: number; readonly tokens: number };
    readonly output: JsonSchema;
  };
};
