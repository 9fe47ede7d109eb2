/** How many tokens a call used: what the upstream counted, or an upper bound where that cannot be believed. */
import type { ChatAnswer } from "../model/answer.ts";
import { boundTokens } from "../model/estimate.ts";
import type { TokenUsage } from "../model/message.ts";

/** The usage of a call that was not made: zero tokens. */
export const NO_USAGE: TokenUsage = { input: 0, output: 0, cachedInput: 0 };

/** The sum of two usages. Reasoning tokens are left out when neither call reported any. */
export const plusUsage = (a: TokenUsage, b: TokenUsage): TokenUsage => ({
  input: a.input + b.input,
  output: a.output + b.output,
  cachedInput: a.cachedInput + b.cachedInput,
  ...(a.reasoning === undefined && b.reasoning === undefined ? {} : { reasoning: (a.reasoning ?? 0) + (b.reasoning ?? 0) }),
});

/** `told`: `reported` by the upstream; `absent` or `implausible`: the tokens are an upper bound instead. */
export type SettledUsage = { readonly tokens: TokenUsage; readonly told: "reported" | "absent" | "implausible" };

/**
 * Usage of an answer. Spending is never counted too low: where the upstream says nothing, or something that cannot be true (no
 * output tokens beside words or calls included), the bound counts. `boundInput`: an upper bound of the tokens read; asked only
 * then, since counting a long prompt takes time.
 */
export function settledUsage({ usage, text, calls }: Pick<ChatAnswer, "usage" | "text" | "calls">, boundInput: () => number): SettledUsage {
  const saysSomething = (text ?? "") !== "" || calls.length > 0;
  if (usage.kind === "reported" && !(usage.tokens.output === 0 && saysSomething)) return { tokens: usage.tokens, told: "reported" };
  const asked =
    calls.length === 0 ? 0 : boundTokens(JSON.stringify(calls.map(({ name, arguments: given }) => ({ name, arguments: given }))));
  const output = boundTokens(text ?? "") + asked;
  return { tokens: { input: boundInput(), output, cachedInput: 0 }, told: usage.kind === "absent" ? "absent" : "implausible" };
}

/** Usage of an embedding, which has no output tokens. `reported` null: the upstream did not say. */
export const embeddingUsage = (reported: number | null, boundInput: number): TokenUsage => ({ ...NO_USAGE, input: reported ?? boundInput });
