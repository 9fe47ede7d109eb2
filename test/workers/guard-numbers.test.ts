/** Numbers of JSON that are somebody's: whole or not, of either sign, however JSON writes them. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../core/json.ts";
import { memoryGuard } from "../support/memory-guard.ts";

const context = { org: "acme", run: "run_1", subject: "u_1" };

const HITS: readonly (readonly [string, string])[] = [
  ['{"n":4111111111111111}', "CREDIT_CARD"],
  ['{"n":-4111111111111111}', "CREDIT_CARD"],
  ['{"n":4111111111111111.0}', "CREDIT_CARD"],
  ['{"n":4111111111111111.5}', "CREDIT_CARD"],
  ['{"n":4.111111111111111e15}', "CREDIT_CARD"],
  ['{"n":-4.111111111111111E+15}', "CREDIT_CARD"],
  ['{"n":411111111111111100e-2,"m":1}', "CREDIT_CARD"],
  ['{"list":[1,[{"x":5500005555555559}]]}', "CREDIT_CARD"],
  ['{"ssn":536228726}', "SSN"],
  ['{"ssn":-536228726.25}', "SSN"],
  ['{"phone":4155552671}', "PHONE"],
  ['{"mobile":-4155552671.5}', "PHONE"],
  ['{"sin":46454286,"sin2":0}'.replace("46454286", "130692544"), "NATIONAL_ID"],
  ['{"bsn":111222333}', "NATIONAL_ID"],
];

describe("numbers of JSON", () => {
  it.each(HITS)("[GUARD-1] %s holds a %s, goes as a placeholder and comes back as it was", async (text, type) => {
    const { guard } = memoryGuard();
    const value = JSON.parse(text) as Json;
    const admitted = await guard.admit(context, "user", "input", value);
    expect(JSON.stringify(admitted.value)).toContain(`{{${type}_1}}`);
    expect(await guard.reveal(context, admitted.value)).toEqual(value);
  });
  it.each([
    '{"x":0.4111111111111111}',
    '{"amount":1234567.25}',
    '{"at":1717171717171}',
    '{"order":4111111111111112}',
    '{"big":1e300,"small":1e-300}',
    '{"x":-0.5309136012499991}',
    '{"n":111222333}',
  ])("[GUARD-1] %s holds nothing of anybody and stays", async (text) => {
    const { guard } = memoryGuard();
    const value = JSON.parse(text) as Json;
    expect(await guard.admit(context, "user", "input", value)).toEqual({ value, verdict: "pass", findings: [] });
  });
});
