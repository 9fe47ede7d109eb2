/** How many tokens a call used: what the upstream counted, or an upper bound where that cannot be believed. */
import type { ChatAnswer } from "../model/answer.ts";
import { boundTokens } from "../model/estimate.ts";
import type { TokenUsage } from "../model/message.ts";
import type { Unread } from "../model/unread.ts";

/** The usage of a call that was not made: zero tokens. */
export const NO_USAGE: TokenUsage = { input: 0, output: 0, cachedInput: 0 };

/** The sum of two usages. Reasoning tokens are left out when neither call reported any. */
export const plusUsage = (a: TokenUsage, b: TokenUsage): TokenUsage => ({
  input: a.input + b.input,
  output: a.output + b.output,
  cachedInput: a.cachedInput + b.cachedInput,
  ...(a.reasoning === undefined && b.reasoning === undefined ? {} : { reasoning: (a.reasoning ?? 0) + (b.reasoning ?? 0) }),
});

/**
 * Whose counts these are. `reported`: the upstream's; `odd`: the upstream's, without details that cannot be true; `partial`: an upper
 * bound, and what can be read of the upstream's where that is more; `absent`: an upper bound.
 */
export type SettledUsage = { readonly tokens: TokenUsage; readonly told: "reported" | "odd" | "partial" | "absent" };

/**
 * Usage of an answer. Spending is never counted too low: where the upstream says nothing, or something that cannot be true (no
 * output tokens beside words or calls included), the bound counts, and never less than what the upstream said. `boundInput`: an upper
 * bound of the tokens read; asked only then, since counting a long prompt takes time.
 */
export function settledUsage({ usage, text, calls }: Pick<ChatAnswer, "usage" | "text" | "calls">, boundInput: () => number): SettledUsage {
  const saysSomething = (text ?? "") !== "" || calls.length > 0;
  if (usage.kind === "reported" && !(usage.tokens.output === 0 && saysSomething))
    return { tokens: usage.tokens, told: usage.isOdd ? "odd" : "reported" };
  const asked =
    calls.length === 0 ? 0 : boundTokens(JSON.stringify(calls.map(({ name, arguments: given }) => ({ name, arguments: given }))));
  const seen = boundTokens(text ?? "") + asked;
  if (usage.kind === "absent") return { tokens: { input: boundInput(), output: seen, cachedInput: 0 }, told: "absent" };
  const { input: read, output, cachedInput, total } = usage.kind === "reported" ? { ...usage.tokens, total: null } : usage;
  const input = Math.max(read ?? 0, boundInput());
  // Half of it cannot be believed: the other half is no reason to count less. What a total says beyond the prompt was written, seen or not.
  return { tokens: { input, output: Math.max(seen, output ?? 0, (total ?? 0) - input), cachedInput }, told: "partial" };
}

/** Usage of a call that gave no answer, from what it counts all the same (core/model/unread.ts); null: nobody told. */
export const unreadUsage = (unread: Unread | null, boundInput: () => number): TokenUsage | null =>
  unread === null ? null : settledUsage(unread, boundInput).tokens;

/** Usage of an embedding, which has no output tokens. `reported` null: the upstream did not say. */
export const embeddingUsage = (reported: number | null, boundInput: number): TokenUsage => ({ ...NO_USAGE, input: reported ?? boundInput });
