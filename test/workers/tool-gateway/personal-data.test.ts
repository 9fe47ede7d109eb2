/** Which placeholders a tool's input field opens, by what its manifest lists. */
import { expect, it } from "vitest";
import { PERSONAL_DATA_TYPES } from "../../../core/guardrail/finding.ts";
import type { ToolManifest } from "../../../core/tool/manifest.ts";
import type { Guard } from "../../../workers/guardrail/ports.ts";
import { openPersonalData } from "../../../workers/tool-gateway/personal-data.ts";

it("[RECALL-16] `recalled` alone asks for what was recalled, of any kind; beside kinds for both; an empty list for nothing", async () => {
  const asked: unknown[] = [];
  const guard = {
    open: async (_context: unknown, value: unknown, types: readonly string[], recalled: string) => {
      asked.push([types, recalled]);
      return { value, opened: [] };
    },
  } as unknown as Guard;
  const context = { org: "acme", run: "run_1", subject: "ada" };
  for (const types of [["recalled"], ["EMAIL", "recalled"], ["EMAIL"], []] as const)
    await openPersonalData(guard, context, { personal_data: { "/to": types } } as unknown as ToolManifest, { to: "{{EMAIL_1}}" });
  expect(asked).toEqual([
    [PERSONAL_DATA_TYPES, "only"],
    [["EMAIL"], "also"],
    [["EMAIL"], "no"],
    [[], "no"],
  ]);
});
