/** The watch of an isolate: it asks for leases, puts on record before it lets through, and lets nothing through that it cannot know of. */
import { expect, it } from "vitest";
import {
  admitUse,
  type CredentialRules,
  type CredentialUse,
  DEFAULT_CREDENTIAL_RULES,
  noteUse,
} from "../../../core/limits/credential-use.ts";
import { type CredentialUsePorts, defineCredentialUse } from "../../../workers/credential-broker/credential-use.ts";
import { toolCall } from "../../support/doubles/calls.ts";

function world(rules: CredentialRules = DEFAULT_CREDENTIAL_RULES) {
  const clock = { at: 1_000_000 };
  const asked: number[] = [];
  const recorded: string[] = [];
  let book: CredentialUse | null = null;
  const ports: CredentialUsePorts = {
    now: () => clock.at,
    log: () => undefined,
    rules: async () => rules,
    book: () => ({
      async noteCredential(wish, given) {
        asked.push(wish.made);
        const { use, answer } = noteUse(book, wish, given, clock.at);
        book = use;
        return answer;
      },
      async admitCredential(wish) {
        book = admitUse(book, wish, clock.at);
      },
    }),
    record: async (_use, { kind, refused }) => void recorded.push(`${kind} ${refused ? "refused" : "flagged"}`),
  };
  const { context, tool } = toolCall({});
  const useOf = (host: string) => ({ context, tool, destinations: [`https://${host}.example.com`], scopes: [] });
  return { clock, asked, recorded, ports, useOf };
}

it("[TOOLC-18] asks once for some credentials of the same use, and tells later how many it made", async () => {
  const { clock, asked, ports, useOf } = world();
  const watch = defineCredentialUse(ports);
  for (let call = 0; call < 15; call++) expect(await watch(useOf("a"))).toBeNull();
  expect(asked).toEqual([0]);
  await watch(useOf("a"));
  expect(asked).toEqual([0, 14]);
  clock.at += 5_000;
  await watch(useOf("a"));
  expect(asked).toHaveLength(3);
});

it("[TOOLC-16] puts a new host on record once, before a credential for it is made", async () => {
  const { ports, recorded, useOf } = world();
  const watch = defineCredentialUse(ports);
  await watch(useOf("a"));
  expect(recorded).toEqual([]);
  const failing = defineCredentialUse({ ...ports, record: async () => Promise.reject(new Error("no queue")) });
  await failing(useOf("b")); // an org that refuses nothing goes on
  expect(await watch(useOf("b"))).toBeNull();
  expect(await defineCredentialUse(ports)(useOf("b"))).toBeNull();
  expect(recorded).toEqual(["new_destination flagged"]);
});

it("[TOOLC-17] makes no credential where the book or the org's rules are out of reach, unless the org refuses nothing", async () => {
  const broken = { book: () => ({ noteCredential: () => Promise.reject(new Error("away")), admitCredential: async () => undefined }) };
  const flagging = world();
  expect(await defineCredentialUse({ ...flagging.ports, ...broken })(flagging.useOf("a"))).toBeNull();
  const refusing = world({ ...DEFAULT_CREDENTIAL_RULES, burst: "refuse" });
  await expect(defineCredentialUse({ ...refusing.ports, ...broken })(refusing.useOf("a"))).rejects.toThrow("away");
  const unread = { rules: () => Promise.reject(new Error("no settings")) };
  await expect(defineCredentialUse({ ...flagging.ports, ...unread })(flagging.useOf("a"))).rejects.toThrow("no settings");
  const { ports, useOf, recorded } = world({ ...DEFAULT_CREDENTIAL_RULES, new_destination: "refuse" });
  const watch = defineCredentialUse(ports);
  await watch(useOf("a"));
  expect(await watch(useOf("b"))).toEqual({ kind: "new_destination", retryMs: 0 });
  expect(recorded).toEqual(["new_destination refused"]);
});
