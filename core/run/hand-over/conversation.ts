/** What a person who takes over gets to read: what was said, by whom, and what was done. Redacted as the run is; bounded. */
import { isObject, type Json, own } from "../../json.ts";
import type { HandOverMessage } from "../../review/case.ts";
import type { RunContext } from "../machine/birth.ts";
import type { RunState } from "../machine/state.ts";

/** Maximum messages; of more, the first and the last are shown. */
const MOST_MESSAGES = 40;
/** Maximum UTF-16 units of a message; the rest is cut off. */
const MOST_UNITS = 2_000;
/** Maximum UTF-16 units of the user's words in a summary. */
const QUOTED_UNITS = 300;

/** The conversation so far, in the order of the plan. */
export function conversationOf(context: RunContext, state: RunState): readonly HandOverMessage[] {
  const said = [...saidInInput(context.birth.input), ...context.plan.order.flatMap((id) => saidInStep(context, state, id))];
  const left = said.length - MOST_MESSAGES;
  if (left <= 0) return said;
  const gap: HandOverMessage = { role: "system", text: `${left + 1} messages are left out here` };
  return [...said.slice(0, MOST_MESSAGES / 4), gap, ...said.slice(said.length - (MOST_MESSAGES * 3) / 4 + 1)];
}

/** A chat's messages as an input holds them, or the input as the user's words. */
function saidInInput(input: Json): HandOverMessage[] {
  const messages = isObject(input) ? own(input, "messages") : undefined;
  if (Array.isArray(messages) && messages.length > 0 && messages.every((one) => isObject(one) && "role" in one && "content" in one)) {
    const rest = isObject(input) ? Object.fromEntries(Object.entries(input).filter(([name]) => name !== "messages")) : {};
    const beside = Object.keys(rest).length === 0 ? [] : [message("user", rest)];
    return [...beside, ...messages.flatMap((one) => (isObject(one) ? [message(roleOf(one["role"]), one["content"] ?? null)] : []))];
  }
  return [message("user", input)];
}

function saidInStep({ birth }: RunContext, state: RunState, id: string): HandOverMessage[] {
  const step = own(birth.definition.steps, id);
  const now = own(state.steps, id);
  if (step === undefined || now === undefined) return [];
  const turns = own(state.agents, id)?.turns ?? [];
  const under = turns.flatMap(({ text, calls }) => [
    ...(text === null || text === "" ? [] : [message("assistant", text, id)]),
    ...calls.map(({ tool, answer }) =>
      message("tool", answer === null ? `${tool}: under way` : `${tool}: ${answer.ok ? shown(answer.output) : answer.message}`, id),
    ),
  ]);
  if (now.status === "failed" || (now.error !== null && now.status !== "completed"))
    return [...under, message("system", `failed: ${now.error?.message ?? "no reason is known"}`, id)];
  if (now.status !== "completed") return under;
  if (step.kind === "wait") return step.signal === null ? under : [message("user", now.output, id)];
  const role = step.kind === "model" || step.kind === "agent" ? "assistant" : step.kind === "tool" ? "tool" : "system";
  return [...under, message(role, now.output, id)];
}

const roleOf = (role: Json | undefined): HandOverMessage["role"] =>
  role === "assistant" || role === "tool" || role === "system" ? role : "user";

const message = (role: HandOverMessage["role"], said: Json, step?: string): HandOverMessage => ({
  role,
  text: cut(shown(said), MOST_UNITS),
  ...(step === undefined ? {} : { step }),
});

/** A text as it is; the one text of an object, or JSON. */
function shown(value: Json): string {
  if (typeof value === "string") return value;
  const [only, ...more] = isObject(value) ? Object.values(value) : [];
  return typeof only === "string" && more.length === 0 ? only : JSON.stringify(value);
}

/** Never within a surrogate pair. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** In a few sentences of ours: why, what the user last said, what was done, what the draft is. */
export function summaryOf(context: RunContext, state: RunState): string {
  const facts = state.handOver?.facts;
  if (facts === undefined) return "";
  const { order } = context.plan;
  const withStatus = (status: string): string[] => order.filter((id) => own(state.steps, id)?.status === status);
  const said = conversationOf(context, state).filter(({ role }) => role === "user");
  const last = said.at(-1)?.text ?? "";
  const [done, failed] = [withStatus("completed"), withStatus("failed")];
  const undone = order.filter((id) => !["completed", "skipped", "failed"].includes(own(state.steps, id)?.status ?? ""));
  return [
    `Handed over because ${facts.detail}.`,
    last === "" ? "" : `The user said: "${cut(last, QUOTED_UNITS)}"`,
    done.length === 0 ? "No step is completed." : `Completed: ${done.join(", ")}.`,
    failed.length === 0 ? "" : `Failed: ${failed.join(", ")}.`,
    undone.length === 0 ? "" : `Not finished: ${undone.join(", ")}.`,
    facts.draft === undefined ? "" : `The model's draft: "${cut(shown(facts.draft.output), QUOTED_UNITS)}"`,
  ]
    .filter((sentence) => sentence !== "")
    .join(" ");
}
