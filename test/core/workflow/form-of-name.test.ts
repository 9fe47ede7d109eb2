import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { JsonObject } from "../../../core/json.ts";
import { checkModel } from "../../../core/model/check.ts";
import { flawOfForm } from "../../../core/workflow/form-of-name.ts";
import { MODEL_ID, SIGNAL_NAME, STEP_ID, TOOL_NAME, WORKFLOW_NAME } from "../../../core/workflow/names.ts";

it("[NAME-3] a name that is refused is told the form that is meant", () => {
  expect(flawOfForm(WORKFLOW_NAME)).toBe(
    "must have only lower-case letters, digits and hyphens, and begin with a lower-case letter or a digit",
  );
  expect(flawOfForm(STEP_ID)).toBe("must have only lower-case letters, digits and underscores, and begin with a lower-case letter");
  expect(flawOfForm(TOOL_NAME)).toContain("dots, underscores and hyphens");
  expect(flawOfForm(SIGNAL_NAME)).toBe("must have only lower-case letters, capital letters, digits, dots, underscores and hyphens");
  expect(flawOfForm(MODEL_ID)).toBe(`does not match \`${MODEL_ID.source}\``);
});

it("[NAME-3] the model of the guide to guardrails registers, and a secret in capitals is refused with its form", () => {
  const guide = readFileSync("docs/guardrails.md", "utf8");
  const body = /\/v1\/models\/(\S+) .*?-d '([^']*)'/su.exec(guide);
  const raw = JSON.parse(body?.[2] ?? "") as JsonObject;
  expect(checkModel(body?.[1] ?? "", raw, { allowPrivateHosts: false }).ok).toBe(true);
  const refused = checkModel(body?.[1] ?? "", { ...raw, secret: "OPENAI_KEY" }, { allowPrivateHosts: false });
  expect(refused.ok ? [] : refused.error).toMatchObject([{ path: "/secret", message: expect.stringContaining("lower-case letters") }]);
});
