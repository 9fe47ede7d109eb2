import { expect, it } from "vitest";
import { readCostQuestion } from "../../../core/costs/question.ts";

const NOW = Date.UTC(2026, 10, 30);

it("[COSTS-5] takes known dimensions once each, and looks thirty days back where no time is named", () => {
  const read = readCostQuestion({ by: "workflow,metadata.team" }, NOW);
  expect(read).toEqual({
    ok: true,
    value: { by: ["workflow", "metadata.team"], include: [], from: NOW - 30 * 24 * 60 * 60_000, to: null },
  });
  const refused = (by: string) => {
    const result = readCostQuestion({ by }, NOW);
    return result.ok ? [] : result.error.map(({ path }) => path);
  };
  const all = "workflow,version,model,tool,user,session,day,cost_type,metadata.team";
  expect(refused(all)).toEqual([]);
  for (const by of ["workflows", "metadata.", "user,user", ",", `${all},metadata.feature`, "toString"])
    expect(refused(by), by).toEqual(["query.by"]);
  const reversed = readCostQuestion({ from: 2, to: 1 }, NOW);
  expect(reversed.ok ? [] : reversed.error.map(({ path }) => path)).toEqual(["query.from"]);
});

it("[COSTS-11] a question includes what there is beside the ledger's money, each once", () => {
  const read = (include: string) => {
    const result = readCostQuestion({ include }, NOW);
    return result.ok ? result.value.include : result.error.map(({ path }) => path);
  };
  expect(read("people,storage")).toEqual(["storage", "people"]);
  expect(read("")).toEqual([]);
  for (const wrong of ["people,people", "tokens", "storage,", "constructor", "__proto__"])
    expect(read(wrong), wrong).toEqual(["query.include"]);
});
