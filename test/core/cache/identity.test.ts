/** Names of kept answers: PERSISTED, so that a change of them leaves every older answer unfound. */
import { expect, it } from "vitest";
import { identityOf, partitionOf } from "../../../core/cache/identity.ts";
import { lastMessage } from "../../../core/cache/last-message.ts";
import type { Question } from "../../../core/cache/question.ts";
import { lookupOf } from "../../../workers/answer-cache/with-answer-cache.ts";
import { modelCall } from "../../support/doubles/calls.ts";

const GROUNDS = { policyVersion: "p1", guardVersion: "g1" };
const MAP = [["{{EMAIL_1}}", "mac"]] as const;
const QUESTION: Question = {
  messages: [{ role: "user", content: "Hi {{EMAIL_1}}" }],
  schema: null,
  tools: [],
  maxTokens: 5,
  temperature: 0,
};
const CHAT: Question = { ...QUESTION, chat: { settings: { seed: 1 } } };
const BEGIN = '{"guardVersion":"g1","kind":"answer","map":[["{{EMAIL_1}}","mac"]],"org":"acme","policyVersion":"p1","request":{';
const MESSAGES = '"messages":[{"content":"Hi {{EMAIL_1}}","role":"user"}],"schema":null,"temperature":0,"tools":[]}}';

it.each<[string, Question, string]>([
  ["a run's question", QUESTION, `${BEGIN}"maxTokens":5,${MESSAGES}`],
  ["a chat's", CHAT, `${BEGIN}"chat":{"settings":{"seed":1}},"maxTokens":5,${MESSAGES}`],
])("[CACHE-3] %s has the name it always had", (_, question, text) => {
  expect(identityOf("acme", question, GROUNDS, MAP)).toBe(text);
});

it("[CACHE-3] a near question shares all but its last message", () => {
  const last = lastMessage(QUESTION.messages);
  if (last === null) throw new Error("somebody asked last");
  expect(partitionOf("acme", QUESTION, GROUNDS, MAP, "tag", last)).toBe(
    `${BEGIN.replace('"answer"', '"near"').replace('"org"', '"model":"tag","org"')}"maxTokens":5,${MESSAGES.replace('"Hi {{EMAIL_1}}"', '{"frame":""}')}`,
  );
});

it("[CACHE-3] of a run's call only who asks, the model, the time limit and the use of the cache are no part of its question", () => {
  const { question } = lookupOf(modelCall({ cache: "exact" })) ?? {};
  expect(Object.keys(question ?? {}).sort()).toEqual(["maxTokens", "messages", "schema", "temperature", "tools"]);
  expect(lookupOf(modelCall({ cache: "none" }))).toBeNull();
});
