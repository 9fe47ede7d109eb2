/**
 * What a run knew from outside of its input: its session, what it recalled and searched, and what an agent dropped; why, how it was
 * shortened, and which model call saw it (`GET /v1/runs/{id}/context`). Read off the journal; decides nothing.
 */
import { isObject, type Json, type JsonObject, own } from "../../json.ts";
import { snippetText } from "../../memory/snippets.ts";
import { expectTokens } from "../../model/estimate.ts";
import { toRfc3339 } from "../../time.ts";
import { KNOWLEDGE_SEARCH } from "../../tool/knowledge-search.ts";
import type { Template } from "../../workflow/definition.ts";
import { expressionOf, namesIn } from "../../workflow/expression.ts";
import { templatesOf, workOf } from "../../workflow/step-kinds.ts";
import type { RunContext } from "../machine/birth.ts";
import type { RunEvent } from "../machine/event.ts";
import type { RunState } from "../machine/state.ts";
import { stepOfNode } from "../steps/node.ts";

/** A model call that had it in its prompt. `at`: RFC 3339. */
export type Seer = {
  readonly step: string;
  readonly activity: string;
  readonly attempt: number;
  readonly model: string;
  readonly at: string;
};

/** One source of what the run knew. */
export type ContextItem = {
  readonly kind: "session" | "memory" | "knowledge" | "conversation";
  /** null: before the first step. */
  readonly step: string | null;
  readonly activity: string | null;
  /** A session: `in_session`. Memory by itself: the rule of the intent check. A tool: who chose the call. A conversation: `window_full`. */
  readonly why: string;
  readonly query: string | null;
  readonly collection: string | null;
  /** What was found, best first; a session's messages in order. */
  readonly entries: readonly Json[];
  /** `cut`: entries whose text was shortened. `left_out`: found, and without room. `summarised`: messages or turns that a summary stands for. */
  readonly shortened: { readonly cut: number; readonly left_out: readonly string[]; readonly summarised: number };
  /** About how much of a prompt it takes. */
  readonly tokens: number;
  /** It could not be reached. */
  readonly failed: boolean;
  readonly seen_by: readonly Seer[];
};

const UNCUT = { cut: 0, left_out: [], summarised: 0 } as const;

/** The run's context, in the order in which it came. */
export function contextOf(context: RunContext, state: RunState, events: readonly RunEvent[]): readonly ContextItem[] {
  const reads = readsOf(context);
  const calls = events.flatMap((event): (Seer & { readonly seq: number; readonly isSummary: boolean })[] => {
    if (event.type !== "model.calling") return [];
    const { activity, attempt, model } = event.data;
    const seer = { step: event.step ?? "", activity, attempt, model, at: toRfc3339(event.at) };
    return [{ ...seer, seq: event.seq, isSummary: activity.endsWith(".0") }];
  });
  const seenBy = (isSeer: (call: (typeof calls)[number]) => boolean): Seer[] =>
    calls.filter((call) => !call.isSummary && isSeer(call)).map(({ seq: _seq, isSummary: _kind, ...seer }) => seer);
  const readersOf = (source: string) => seenBy(({ step }) => reads.get(step)?.has(source) === true);
  return [
    ...ofSession(context, state, readersOf("session")),
    ...ofMemory(
      state,
      seenBy(() => true),
    ),
    ...ofTools(context, events, (step, node, seq) =>
      seenBy((call) => (stepOfNode(call.activity) === stepOfNode(node) && call.seq > seq) || reads.get(call.step)?.has(step) === true),
    ),
    ...ofConversations(state, (node) => seenBy(({ activity }) => activity.startsWith(`${node}/`))),
  ];
}

function ofSession({ birth }: RunContext, state: RunState, seers: readonly Seer[]): ContextItem[] {
  const content = state.session?.content;
  if (content === undefined || birth.session === undefined) return [];
  const { messages, summary } = content;
  const texts = [...messages.map((message) => message.content), summary?.text ?? ""];
  return [
    {
      ...{ kind: "session", step: null, activity: null, why: "in_session", query: null, collection: null, failed: false },
      entries: messages.map(({ role, content: text }) => ({ role, content: text })),
      shortened: { ...UNCUT, summarised: summary === null ? 0 : ((summary as { readonly messages?: number }).messages ?? 1) },
      tokens: expectTokens(texts.join("\n")),
      seen_by: seers,
    },
  ];
}

function ofMemory({ recalled }: RunState, seers: readonly Seer[]): ContextItem[] {
  if (recalled === undefined) return [];
  const { intent, query, found } = recalled;
  const kept = found?.kept ?? [];
  return [
    {
      ...{ kind: "memory", step: null, activity: null, why: intent.why, query, collection: null, failed: found?.failed === true },
      entries: kept.map((one) => ({ ...one })),
      shortened: { cut: kept.filter(({ shortened }) => shortened === true).length, left_out: found?.left_out ?? [], summarised: 0 },
      tokens: kept.length === 0 ? 0 : expectTokens(snippetText(kept)),
      seen_by: kept.length === 0 ? [] : seers,
    },
  ];
}

/** Searches and recalls by tools. `seers`: of what an activity of a node answered at an event. */
function ofTools(
  { birth }: RunContext,
  events: readonly RunEvent[],
  seers: (step: string, node: string, seq: number) => readonly Seer[],
): ContextItem[] {
  const inputs = new Map<string, Json>();
  const called = new Map<string, string>();
  const items: ContextItem[] = [];
  const take = (step: string, activity: string, node: string, why: string, output: Json, seq: number): void => {
    const tool = called.get(activity);
    if ((tool !== KNOWLEDGE_SEARCH && tool !== "memory.recall") || !isObject(output)) return;
    const asked = inputs.get(activity) ?? null;
    const { query = null, collection = null } = isObject(asked) ? asked : {};
    const found = output[tool === KNOWLEDGE_SEARCH ? "results" : "memories"];
    const entries = Array.isArray(found) ? found : [];
    items.push({
      ...{ kind: tool === KNOWLEDGE_SEARCH ? "knowledge" : "memory", step, activity, why, failed: false },
      query: typeof query === "string" ? query : null,
      collection: typeof collection === "string" ? collection : null,
      entries,
      shortened: UNCUT,
      tokens: expectTokens(JSON.stringify(entries)),
      seen_by: seers(step, node, seq),
    });
  };
  for (const event of events) {
    const step = event.step ?? "";
    if (event.type === "step.started") inputs.set(step, event.data.input ?? null);
    else if (event.type === "item.started") inputs.set(`${step}/${event.data.index}`, event.data.input ?? null);
    else if (event.type === "tool.called") called.set(event.data.activity, event.data.tool);
    else if (event.type === "agent.answered")
      for (const [index, call] of event.data.calls.entries())
        inputs.set(`${event.data.node}/${event.data.iteration}.${index + 1}`, call.input);
    else if (event.type === "agent.observed" && event.data.answer.ok)
      take(step, event.data.activity, event.data.node, "chosen_by_model", event.data.answer.output, event.seq);
    else if (event.type === "step.completed" && own(birth.definition.steps, step)?.kind === "tool")
      take(step, step, step, "chosen_by_definition", event.data.output, event.seq);
    else if (event.type === "item.completed")
      take(step, `${step}/${event.data.index}`, `${step}/${event.data.index}`, "chosen_by_definition", event.data.output, event.seq);
  }
  return items;
}

/** Turns that an agent no longer sees, and the summary in their place. */
const ofConversations = ({ agents }: RunState, seers: (node: string) => readonly Seer[]): ContextItem[] =>
  Object.entries(agents).flatMap(([node, { condensed }]) => {
    if (condensed === undefined) return [];
    const entries: JsonObject[] = condensed.summary === null ? [] : [{ summary: condensed.summary }];
    return [
      {
        ...{
          kind: "conversation",
          step: stepOfNode(node),
          activity: node,
          why: "window_full",
          query: null,
          collection: null,
          failed: false,
        },
        entries,
        shortened: { ...UNCUT, summarised: condensed.dropped.length },
        tokens: expectTokens(condensed.summary ?? ""),
        seen_by: seers(node),
      },
    ];
  });

/** What the expressions of each step read, through other steps too: ids of steps, and `session`. */
function readsOf({ birth: { definition } }: RunContext): ReadonlyMap<string, ReadonlySet<string>> {
  const direct = new Map(
    Object.entries(definition.steps).map(([id, step]) => {
      const templates = workOf(step).flatMap(({ step: work }) => templatesOf(work).map(({ template }) => template));
      const found = new Set<string>();
      for (const template of templates) collect(template, found);
      return [id, found] as const;
    }),
  );
  for (let changed = true; changed; ) {
    changed = false;
    for (const found of direct.values())
      for (const other of [...found])
        for (const more of direct.get(other) ?? [])
          if (!found.has(more)) {
            found.add(more);
            changed = true;
          }
  }
  return direct;
}

function collect(template: Template, into: Set<string>): void {
  const cel = expressionOf(template);
  if (cel !== null) {
    const names = namesIn(cel);
    for (const step of names?.steps ?? []) into.add(step);
    if (names?.variables.has("session")) into.add("session");
  } else if (Array.isArray(template)) for (const item of template) collect(item, into);
  else if (isObject(template)) for (const item of Object.values(template)) collect(item, into);
}
