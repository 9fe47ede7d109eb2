import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { defineGuard } from "../../../workers/guardrail/guard.ts";

const context = { org: "acme", run: "run_names", subject: "ada" };
const guard = defineGuard({
  vault: {
    assign: async (name, request) => env.VAULT.getByName(`${name}-names`).assign(request),
    open: async (name, request) => env.VAULT.getByName(`${name}-names`).open(request),
  },
});
const value = {
  message: "My name is Anna Kowalski. Please send it to 14 Maple Avenue, Springfield, IL 62704.",
  customer_name: "Anna Kowalski",
  status: "open",
};

it("keeps names in the vault where they are asked for, opens them for a tool that lists them, and gives them back to the user", async () => {
  const { value: guarded, verdict, findings } = await guard.admit(context, "user", "input", value, true);
  expect(guarded).toEqual({
    message: "My name is {{PERSON_1}}. Please send it to {{ADDRESS_1}}.",
    customer_name: "{{PERSON_1}}",
    status: "open",
  });
  expect(verdict).toBe("redact");
  expect(JSON.stringify(findings)).not.toMatch(/Anna|Maple/);
  expect((await guard.open(context, guarded, ["PERSON"])).value).toEqual({
    message: "My name is Anna Kowalski. Please send it to {{ADDRESS_1}}.",
    customer_name: "Anna Kowalski",
    status: "open",
  });
  expect(await guard.reveal(context, guarded)).toEqual(value);
});

it("leaves them where nobody asks", async () => {
  expect((await guard.admit(context, "user", "input", value)).value).toEqual(value);
});
