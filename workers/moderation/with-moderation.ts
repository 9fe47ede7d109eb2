/** A run's call of a model with the moderator behind it: what the model said is judged before the run gets it, whoever or whatever answered. */
import { atLeast } from "../../core/access/circumstances.ts";
import { inquiryOfOutput } from "../../core/guardrail/moderate/questions.ts";
import { inquiryOfGrounds } from "../../core/guardrail/rules/grounded.ts";
import type { ModelCall, ModelOutcome } from "../../core/run/calls/call.ts";
import type { Moderate } from "./ports.ts";

/**
 * The call, its output judged where the run's rules ask a model: `moderate` about the text, `judge` about what it rests on. What they said, and what that
 * cost, goes along; the run decides.
 */
export const withModeration =
  (
    moderate: Moderate,
    judge: Moderate,
    callModel: (call: ModelCall) => Promise<ModelOutcome>,
  ): ((call: ModelCall) => Promise<ModelOutcome>) =>
  async (call) => {
    const outcome = await callModel(call);
    const { moderated: asked, askedFor, context } = call;
    const { result } = outcome;
    if (asked === undefined || !("output" in result)) return outcome;
    const { org, run, user, workflow, activity, traceId, spanId } = context;
    const { left, rules, grounds } = asked;
    const asker = { org, run, user, workflow, activity, traceId, spanId, ...askedFor, began: true, text: "redacted", left } as const;
    const moderated = await moderate(asker, () => inquiryOfOutput(result.output, rules));
    // One after the other: what the first cost is no longer left for the second.
    const spent = moderated?.spent ?? { micro_usd: 0, tokens_in: 0, tokens_out: 0 };
    const rest = { microUsd: left.microUsd - spent.micro_usd, tokens: left.tokens - spent.tokens_in - spent.tokens_out };
    const opinions =
      grounds === undefined
        ? null
        : await judge({ ...asker, left: rest, soFar: atLeast(askedFor.soFar, grounds.class) }, () =>
            inquiryOfGrounds(
              result.output,
              grounds.rules.map(({ rule }) => rule),
              (index) => grounds.rules[index]?.sources ?? null,
            ),
          );
    return { ...outcome, ...(moderated === null ? {} : { moderated }), ...(opinions === null ? {} : { opinions }) };
  };
