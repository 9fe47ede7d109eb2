/** One text, one channel: everything that is found in it, in order, without overlap among what is cut out. */
import type { Channel, Finding, Speaker, Verdict } from "./finding.ts";
import { findInjection, findInjectionInTurns } from "./injection/injection.ts";
import { verdictOfScore } from "./injection/thresholds.ts";
import { isExample } from "./pii/example.ts";
import { findPersonalData, findPersonalDataInTurns, TURN_UNITS } from "./pii/personal-data.ts";
import { findPlaceholders, type PlaceholderSite } from "./placeholder.ts";
import { mostSevere } from "./verdict.ts";

/** Everything found in one text, before anything is replaced. */
export type InspectedText = {
  /** Personal data, in order, never overlapping each other or a placeholder. */
  readonly personal: readonly Finding[];
  readonly injection: readonly Finding[];
  /** What already has the form of a placeholder. */
  readonly placeholders: readonly PlaceholderSite[];
  /** Of the injection findings alone: pass, flag or block. */
  readonly verdict: Verdict;
};

/**
 * Inspects one text. `context`: the key that names it in its object, which a detector may take into account. `names`: whether people,
 * places, organisations and addresses are found, too; they are not where nothing is said.
 */
export type InspectText = (text: string, speaker: Speaker, context?: string, names?: boolean) => InspectedText;

/** `context`: the key of the JSON field that holds the text. */
export function inspectText(text: string, speaker: Speaker, context = "", names = false): InspectedText {
  const channel = JUDGED_AS[speaker];
  const injection = channel === null ? [] : findInjection(text, channel);
  return {
    personal: findPersonalData(text, context, names),
    injection,
    placeholders: findPlaceholders(text),
    verdict: channel === null ? "pass" : verdictOf(injection, channel, speaker === "data"),
  };
}

/** As `inspect` does, in turns (personal-data.ts): for texts that are long. `inspect`: one of those above. */
export async function inspectInTurns(
  inspect: InspectText,
  text: string,
  speaker: Speaker,
  context: string,
  pause: () => Promise<void>,
  names = false,
): Promise<InspectedText> {
  if (text.length <= TURN_UNITS) return inspect(text, speaker, context, names);
  const personal = await findPersonalDataInTurns(text, context, pause, names);
  await pause();
  const channel = JUDGED_AS[speaker];
  const injection = channel === null ? [] : await findInjectionInTurns(text, channel, pause);
  await pause();
  return {
    personal: inspect === inspectAnswer ? personal.filter((one) => !isExample(one, text)) : personal,
    injection,
    placeholders: findPlaceholders(text),
    verdict: channel === null ? "pass" : verdictOf(injection, channel, speaker === "data"),
  };
}

/** What a model says now, not what a client says that one said: examples of nobody's are left (pii/example.ts). */
export function inspectAnswer(text: string, speaker: Speaker, context = "", names = false): InspectedText {
  const inspected = inspectText(text, speaker, context, names);
  return { ...inspected, personal: inspected.personal.filter((one) => !isExample(one, text)) };
}

/** The channel that a speaker's texts are judged in; null: not judged. */
export const judgedAs = (speaker: Speaker): Channel | null => JUDGED_AS[speaker];

const JUDGED_AS: { readonly [S in Speaker]: Channel | null } = {
  user: "user",
  tool_output: "tool_output",
  model_output: "model_output",
  developer: null,
  data: "tool_output",
};

/** The verdict of what was found, by the thresholds of the channel. `flagsAtMost`: nothing is blocked. */
export function verdictOf(injection: readonly Finding[], channel: Channel, flagsAtMost: boolean): Verdict {
  const verdict = mostSevere(injection.map(({ score }) => verdictOfScore(score, channel)));
  return flagsAtMost && verdict === "block" ? "flag" : verdict;
}
