/** What a user sends, under its rules, with a model's word where the rules ask one. */

import { NOTHING_YET, type Standing } from "../../core/access/circumstances.ts";
import { inquiryOfInput } from "../../core/guardrail/moderate/questions.ts";
import { contentBefore } from "../../core/guardrail/rules/content-before.ts";
import { type Judgement, judgeInput } from "../../core/guardrail/rules/judge.ts";
import type { Rules } from "../../core/guardrail/rules/merge.ts";
import type { Json } from "../../core/json.ts";
import { turn } from "../../kit/turn.ts";
import type { Moderated } from "../moderation/ports.ts";
import type { UseCasePorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

/** In what the input is sent. `standing`: whose word it is, and its highest class. `own`: the run is about its user. */
type Place = {
  readonly run: string;
  readonly workflow: string;
  readonly activity: "input" | "signal";
  readonly standing: Standing;
  readonly own: boolean;
};

/** `spent`: what the model cost, already taken from the org's budget; null: nobody asked one. */
export async function judgeSent(
  { moderate }: Pick<UseCasePorts, "moderate">,
  { principal, trace }: Requester,
  { standing, own, ...place }: Place,
  value: Json,
  rules: Rules["input"],
): Promise<{ readonly judged: Judgement; readonly spent: Moderated["spent"] | null }> {
  const { org, user, roles } = principal;
  const soFar = { ...NOTHING_YET, args: standing, seen: standing, own };
  const traced = { traceId: trace.traceId, spanId: trace.spanId };
  const asker = { org, user, roles, soFar, ...place, ...traced, text: "raw", names: rules.names } as const;
  const known = await contentBefore(value, rules.content, turn);
  const moderated = await moderate(asker, () => inquiryOfInput(value, rules, known));
  return { judged: judgeInput(value, rules, moderated?.moderation ?? null, known), spent: moderated?.spent ?? null };
}
