/** One text, one channel: everything that is found in it, in order, without overlap among what is cut out. */
import type { Channel, Finding, Verdict } from "./finding.ts";
import { findInjection } from "./injection/injection.ts";
import { verdictOfScore } from "./injection/thresholds.ts";
import { findPersonalData } from "./pii/personal-data.ts";
import { findPlaceholders, type PlaceholderSite } from "./placeholder.ts";

export type InspectedText = {
  /** Personal data, in order, never overlapping each other or a placeholder. */
  readonly personal: readonly Finding[];
  readonly injection: readonly Finding[];
  /** What already has the form of a placeholder. */
  readonly placeholders: readonly PlaceholderSite[];
  /** Of the injection findings alone: pass, flag or block. */
  readonly verdict: Verdict;
};

export type InspectText = (text: string, channel: Channel, context?: string) => InspectedText;

/** `context`: the key of the JSON field that holds the text. */
export function inspectText(text: string, channel: Channel, context = ""): InspectedText {
  const injection = findInjection(text, channel);
  return {
    personal: findPersonalData(text, context),
    injection,
    placeholders: findPlaceholders(text),
    verdict: injection.reduce<Verdict>((worst, { score }) => (worst === "block" ? worst : verdictOfScore(score, channel)), "pass"),
  };
}
