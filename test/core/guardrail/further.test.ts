/** Attacks of further kinds and languages, and their neighbours (test/support/attack-kinds/further.ts). */
import { describe, expect, it } from "vitest";
import type { Channel } from "../../../core/guardrail/finding.ts";
import { meantIn } from "../../../core/guardrail/injection/meaning.ts";
import { normalise } from "../../../core/guardrail/injection/normalise.ts";
import { inspectText } from "../../../core/guardrail/inspect-text.ts";
import {
  FORGED_ROLES,
  IN_MORE_LANGUAGES,
  MORE_LANGUAGES_TALK,
  PROMPT_OTHERWISE,
  PROMPT_TALK,
  READERS_ORDERED,
  READERS_TALK,
  ROLE_TALK,
  SHORT_TALK,
  SHORTENED,
} from "../../support/attack-kinds/further.ts";

const BOTH: readonly Channel[] = ["user", "tool_output"];
const other = (texts: readonly string[], channels: readonly Channel[], wanted: "block" | "pass"): readonly string[] =>
  channels.flatMap((channel) => texts.filter((text) => inspectText(text, channel).verdict !== wanted));
const blocked = (texts: readonly string[], channels: readonly Channel[]): readonly string[] =>
  channels.flatMap((channel) => texts.filter((text) => inspectText(text, channel).verdict === "block"));

describe("attacks of further kinds", () => {
  it("[INJ-43] orders to an AI reader in what a tool returns are blocked, and talk of readers is not", () => {
    expect(other(READERS_ORDERED, ["tool_output"], "block")).toEqual([]);
    expect(blocked(READERS_TALK, ["tool_output"])).toEqual([]);
  });
  it("[INJ-44] a message with a forged role is blocked, and talk of roles passes", () => {
    expect(other(FORGED_ROLES, BOTH, "block")).toEqual([]);
    expect(other(ROLE_TALK, BOTH, "pass")).toEqual([]);
  });
  it("[INJ-45] the instructions asked for by another way are blocked, and questions with the same words pass", () => {
    expect(other(PROMPT_OTHERWISE, ["user"], "block")).toEqual([]);
    expect(other(PROMPT_TALK, ["user"], "pass")).toEqual([]);
  });
  it("[INJ-46] shorthand is blocked, and short messages of people pass", () => {
    expect(other(SHORTENED, BOTH, "block")).toEqual([]);
    expect(other(SHORT_TALK, BOTH, "pass")).toEqual([]);
  });
  it("[INJ-47] the plain sentence is blocked in eighteen more languages, and what people write there passes", () => {
    expect(other(IN_MORE_LANGUAGES, BOTH, "block")).toEqual([]);
    expect(other(MORE_LANGUAGES_TALK, BOTH, "pass")).toEqual([]);
  });
  it("[INJ-47] one word that may be two tells nobody anything", () => {
    expect(meantIn(normalise("Şu prompt injection denen şey ne?").text).evidence).toEqual([]);
    expect(meantIn(normalise("Yukarıdaki yazım hatasını görmezden gelin, salı demek istemiştim.").text).evidence).toEqual([]);
  });
});
