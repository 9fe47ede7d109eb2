/**
 * Asks a model of the task `moderate` about a text, or one of the task `judge` about what it rests on: one short question (workers/task-call).
 *
 * Whatever goes wrong is an answer (`failed`): what follows from it is for the rules (core/guardrail/rules/judge.ts).
 */
import { type Opinion, readOpinions } from "../../core/guardrail/moderate/opinion.ts";
import { MOST_MODERATED_UNITS, moderationMessages, moderationTokens, OPINION_SCHEMA } from "../../core/guardrail/moderate/prompt.ts";
import type { Inquiry } from "../../core/guardrail/moderate/questions.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import type { TaskQuestion } from "../task-call/ports.ts";
import type { Asker, Moderate, Moderated, ModeratorPorts } from "./ports.ts";

/** What models are asked for: to judge a text by rules, or a sentence by what it rests on. */
export type JudgingTask = "moderate" | "judge";
/** Milliseconds for all models together: whoever waits for the answer waits for this too. */
const TIMEOUT_MS = 5_000;

/** See `Moderate`. `task`: of the models that are asked. */
export function defineModerator(ports: ModeratorPorts, task: JudgingTask): Moderate {
  return async (asker, inquire) => {
    try {
      let isTooLong = false;
      const asked = await ports.askTask(asker, task, () => {
        const inquiry = inquire();
        isTooLong = inquiry !== null && inquiry.text.length > MOST_MODERATED_UNITS;
        return inquiry === null || isTooLong ? null : questionOf(ports, asker, inquiry);
      });
      if (asked === null) return isTooLong ? { moderation: { kind: "failed", why: "too_long" }, spent: FREE } : null;
      const { said, spent } = asked;
      if (!said.ok) return { moderation: { kind: "failed", why: said.error }, spent };
      return { moderation: { kind: "answered", model: said.value.model, opinions: said.value.value }, spent };
    } catch (error) {
      ports.log(logLine("guardrail.not_moderated", { org: asker.org, run: asker.run, error: errorName(error) }));
      return { moderation: { kind: "failed", why: "unavailable" }, spent: FREE };
    }
  };
}

const FREE: Moderated["spent"] = { tokens_in: 0, tokens_out: 0, micro_usd: 0 };

function questionOf(
  { scrub, random }: ModeratorPorts,
  asker: Asker,
  { text: given, questions }: Inquiry,
): TaskQuestion<readonly Opinion[]> {
  const text = asker.text === "raw" ? scrub(given, asker.names).text : given;
  const nonce = [...random(8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return {
    messages: moderationMessages({ text, questions }, nonce),
    schema: { name: "moderation", schema: OPINION_SCHEMA },
    maxTokens: moderationTokens(questions.length),
    timeoutMs: TIMEOUT_MS,
    read: (said) => readOpinions(said, questions),
  };
}
