/** A run's call of a model with the moderator behind it: what the model said is judged before the run gets it, whoever or whatever answered. */
import { inquiryOfOutput } from "../../core/guardrail/moderate/questions.ts";
import type { ModelCall, ModelOutcome } from "../../core/run/calls/call.ts";
import type { Moderate } from "./ports.ts";

/** The call, its output judged where the run's rules ask a model. What the model said, and its cost, go along; the run decides. */
export const withModeration =
  (moderate: Moderate, callModel: (call: ModelCall) => Promise<ModelOutcome>): ((call: ModelCall) => Promise<ModelOutcome>) =>
  async (call) => {
    const outcome = await callModel(call);
    const { moderated: asked, context } = call;
    const { result } = outcome;
    if (asked === undefined || !("output" in result)) return outcome;
    const { org, run, user, workflow, activity, traceId, spanId } = context;
    const { roles, left, soFar, rules } = asked;
    const asker = { org, run, user, workflow, activity, traceId, spanId, roles, text: "redacted", left, soFar } as const;
    const moderated = await moderate(asker, () => inquiryOfOutput(result.output, rules));
    return moderated === null ? outcome : { ...outcome, moderated };
  };
