/**
 * Journals as earlier versions wrote them, with the state that they folded to and what they showed. Today's code must fold each to the same
 * state and show the same, apart from fields that did not exist then. `npm run record-histories` adds new ones; old ones are never written
 * again.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fold } from "../../../core/run/fold/evolve.ts";
import type { RunState } from "../../../core/run/machine/state.ts";
import { planOf } from "../../../core/workflow/plan.ts";
import { type Journal, shownOf } from "../../support/run/shown.ts";

const FOLDER = new URL("../../histories/", import.meta.url).pathname;
const SHOWN = new URL("../../shown/", import.meta.url).pathname;

type History = Journal & { readonly state: RunState };

describe("histories", () => {
  const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));

  it("[RUN-6] there are some", () => {
    expect(files.length).toBeGreaterThanOrEqual(6);
  });

  it.each(files)("[RUN-6] %s still folds to its state", (name) => {
    const { birth, events, state } = JSON.parse(readFileSync(`${FOLDER}${name}`, "utf8")) as History;
    expect(JSON.parse(JSON.stringify(fold({ birth, plan: planOf(birth.definition) }, events)))).toMatchObject(state);
  });

  it.each(files)("[RUN-300] %s still shows, wants and records what it did", (name) => {
    const journal = JSON.parse(readFileSync(`${FOLDER}${name}`, "utf8")) as History;
    expect(shownOf(journal)).toMatchObject(JSON.parse(readFileSync(`${SHOWN}${name}`, "utf8")));
  });
});
