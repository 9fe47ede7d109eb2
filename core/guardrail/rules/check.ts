/** One text under the rules of an org or a workflow, outside any run: what POST /v1/guardrails/check answers. */

import type { KnownContent } from "../content/content.ts";
import type { Channel } from "../finding.ts";
import type { Moderation } from "../moderate/opinion.ts";
import { type Inquiry, inquiryOfInput, inquiryOfOutput } from "../moderate/questions.ts";
import { type Inspection, inspectLong } from "../pipeline.ts";
import { mostSevere, VERDICT_OF } from "../verdict.ts";
import type { Action } from "./action.ts";
import { contentBefore } from "./content-before.ts";
import { type Judgement, judgeInput, judgeOutput } from "./judge.ts";
import type { Rules } from "./merge.ts";

/** What a text is judged beside. `secrets`: the developer's instructions. */
type Around = {
  readonly rules: Rules;
  readonly secrets: readonly string[];
  readonly pause: () => Promise<void>;
  /** Asks a model about a redacted text; null: there is none. Absent: nobody is asked. */
  readonly moderate?: (inquiry: Inquiry) => Promise<Moderation | null>;
};

const NOTHING: Judgement = { action: "off", value: null, findings: [], flaws: [], isTruncated: false };

/** The verdict is that of the strictest rule. Findings of rules cover the whole text. Steps have no outputs here: `grounded_in` is not judged. */
export async function checkText(text: string, channel: Channel, { rules, secrets, pause, moderate }: Around): Promise<Inspection> {
  const [injection, names] = wishesOf(channel, rules);
  const inspected = await inspectLong(text, channel, pause, names, injection);
  await pause();
  // A model is asked about the redacted text; what a user sent is judged as it came.
  const content = channel === "user" ? rules.input.content : channel === "model_output" ? rules.output.content : {};
  const judgedTexts = channel === "user" && text !== inspected.redacted ? [text, inspected.redacted] : [inspected.redacted];
  const scored: KnownContent[] = [];
  for (const one of judgedTexts) scored.push(await contentBefore(one, content, pause));
  const known: KnownContent = new Map(scored.flatMap((each) => [...each]));
  const inquiry = moderate === undefined ? null : inquiryOf(inspected.redacted, channel, rules, known);
  const moderation = inquiry === null || moderate === undefined ? null : await moderate(inquiry);
  const judged = judgedBy(text, inspected.redacted, channel, rules, secrets, moderation, known);
  if (judged.action === "off") return inspected;
  const findings = judged.findings.map(({ type, detector, score, rule, action }) => ({
    ...{ type, detector, score, start: 0, end: text.length },
    ...(rule === undefined ? {} : { rule }),
    ...(action === undefined ? {} : { action }),
  }));
  return {
    verdict: mostSevere([inspected.verdict, VERDICT_OF[judged.action]]),
    findings: [...inspected.findings, ...findings],
    redacted: typeof judged.value === "string" && channel === "model_output" ? judged.value : inspected.redacted,
  };
}

function wishesOf(channel: Channel, { input, tools, output }: Rules): readonly [Action, boolean] {
  if (channel === "user") return [input.injection, input.names];
  return channel === "tool_output" ? [tools.injection, tools.names] : [output.injection, false];
}

function inquiryOf(redacted: string, channel: Channel, rules: Rules, known: KnownContent): Inquiry | null {
  if (channel === "tool_output") return null;
  return channel === "user" ? inquiryOfInput(redacted, rules.input, known) : inquiryOfOutput(redacted, rules.output, known);
}

function judgedBy(
  ...[text, redacted, channel, rules, secrets, moderation, known]: [
    string,
    string,
    Channel,
    Rules,
    readonly string[],
    Moderation | null,
    KnownContent,
  ]
): Judgement {
  if (channel === "user") return judgeInput(text, rules.input, moderation, known);
  if (channel === "tool_output") return NOTHING;
  return judgeOutput(redacted, rules.output, { secrets, sourcesOf: () => null, moderation, content: known });
}
