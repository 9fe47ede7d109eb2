/** The authority about a call of a tool: who may, what a person is asked, and the org's limits of risk. */
import { describe, expect, it } from "vitest";
import type { Role } from "../../../core/access/principal.ts";
import type { ToolManifest } from "../../../core/tool/manifest.ts";
import type { Permission } from "../../../core/workflow/authority.ts";

import { aboutModel, aboutRun, aboutTool, authority, caller, type HttpTool, manifest } from "../../support/authority.ts";

describe("[AUTH-1] a tool", () => {
  it("is allowed with the facts that the engine needs", async () => {
    expect(await authority().authorize(aboutTool)).toEqual({
      kind: "tool",
      permission: {
        decision: "allow",
        policyVersion: expect.stringMatching(/^[0-9a-f]{16}$/),
        reasons: ["calls.tool"],
        asked: expect.objectContaining({ action: "tool.call" }),
      },
      facts: { tool: "payments.refund", version: 3, effect: "write", idempotency: "key", timeout_ms: 10_000, sensitivity: "internal" },
      risk: { score: expect.any(Number), factors: expect.arrayContaining([expect.objectContaining({ factor: "effect" })]) },
    });
  });

  describe("under the org's limits of risk", () => {
    const limited = (review_over: number, block_over: number, overridden: string | null = null) => {
      const asked: unknown[] = [];
      const room = authority({
        settings: async () => ({ models: {}, accepts: {}, risk: { review_over, block_over } }),
        overridden: async (...given) => {
          asked.push(given);
          return overridden;
        },
      });
      return { room, asked };
    };
    const inRun = { runs: ["run_1", "run_0"], step: "pay", spentShare: 0, oddities: [] };
    const decisionOf = async ({ room }: ReturnType<typeof limited>, more: Partial<typeof aboutTool> = {}) => {
      const answer = await room.authorize({ ...aboutTool, inRun, ...more });
      if (answer.kind !== "tool") throw new Error(JSON.stringify(answer));
      return answer.permission;
    };

    it("[RISK-3] asks a person, or denies with what to do, and asks for overrides only where the block would hold", async () => {
      const free = limited(70, 90);
      expect(await decisionOf(free)).toMatchObject({ decision: "allow", reasons: ["calls.tool"] });
      expect(free.asked).toEqual([]);
      expect(await decisionOf(limited(10, 90))).toMatchObject({ decision: "ask", reasons: ["calls.tool", "risk.review_over"] });
      const blocked = limited(5, 10);
      const denied = await decisionOf(blocked);
      expect(denied).toMatchObject({ decision: "deny", reasons: ["risk.block_over"] });
      expect(denied.why).toContain("POST /v1/overrides for this run and the step `pay`");
      expect(blocked.asked).toEqual([["acme", ["run_1", "run_0"], "pay"]]);
    });

    it("[RISK-5] an override lifts the block alone: a policy's question, its denial and a class hold", async () => {
      expect(await decisionOf(limited(5, 10, "ovr_1"))).toMatchObject({ decision: "allow", reasons: ["calls.tool", "risk.overridden"] });
      expect(await decisionOf(limited(5, 10, "ovr_1"), { chosenBy: "model" })).toMatchObject({ decision: "ask" });
      const nobody = { ...caller, roles: [] };
      expect(await decisionOf(limited(5, 10, "ovr_1"), { caller: nobody })).toMatchObject({ decision: "deny" });
      const shy = authority({
        tool: async () => ({ ...manifest, accepts: "public" }),
        settings: async () => ({ models: {}, accepts: {}, risk: { review_over: 5, block_over: 10 } }),
        overridden: async () => "ovr_1",
      });
      const answer = await shy.authorize({ ...aboutTool, inRun, classes: [{ at: "/amount", class: "internal" }] });
      expect(answer).toMatchObject({
        permission: { decision: "deny", reasons: ["class.accepts"], why: expect.stringContaining("`/amount`") },
      });
    });

    it.each<[string, string, readonly string[] | null, string]>([
      ["the host of its address", "api.example.com", null, "deny"],
      ["its host and port", "api.example.com:8443", null, "deny"],
      ["another port", "api.example.com:9443", null, "allow"],
      ["another host", "other.example.com", null, "allow"],
      ["a host that its code may call", "rates.example.com", ["pay.example.com", "rates.example.com"], "deny"],
      ["a host that its code may not call", "api.example.com", ["rates.example.com"], "allow"],
    ])("[FLOW-7] a class that is not accepted by %s", async (_name, host, egress, decision) => {
      const code = { ...manifest, kind: "isolate", isolate: { code: "", secrets: {} }, egress } as unknown as ToolManifest;
      const http = { ...manifest, http: { ...manifest.http, url: "https://api.example.com:8443/refunds" } };
      const held = authority({
        tool: async () => (egress === null ? http : code),
        settings: async () => ({ models: {}, accepts: { hosts: { [host]: "public" } }, risk: { review_over: 100, block_over: 100 } }),
      });
      const answer = await held.authorize({ ...aboutTool, inRun, classes: [{ at: "/amount", class: "internal" }] });
      expect(answer).toMatchObject({ permission: { decision } });
    });

    it.each(["isolate", "container"])(
      "[FLOW-12] every host that the code of an %s may call is held to its class, and counts as a destination",
      async (kind) => {
        const { http: _, ...contract } = manifest as ToolManifest & { http?: unknown };
        const code = { ...contract, kind, [kind]: { code: "", language: "python" }, egress: ["own.test", "far.example.com"] };
        const answerFor = (hosts: { readonly [host: string]: "public" }) =>
          authority({
            tool: async () => code as unknown as ToolManifest,
            settings: async () => ({ models: {}, accepts: { hosts }, risk: { review_over: 100, block_over: 100 } }),
          }).authorize({ ...aboutTool, inRun, classes: [{ at: "/amount", class: "internal" }] });
        const why = expect.stringContaining("the host `far.example.com`");
        expect(await answerFor({ "far.example.com": "public" })).toMatchObject({
          permission: { decision: "deny", reasons: ["class.accepts"], why },
        });
        const free = await answerFor({});
        expect(free).toMatchObject({ permission: { decision: "allow" } });
        expect(free.kind === "tool" && free.risk?.factors).toContainEqual(expect.objectContaining({ factor: "destination", points: 10 }));
      },
    );

    it("[RISK-4] a person decides about a compensation over the block", async () => {
      expect(await decisionOf(limited(5, 10), { compensation: true })).toMatchObject({ decision: "ask" });
    });

    it("is refused when nobody can say whether there is an override", async () => {
      const away = authority({
        settings: async () => ({ models: {}, accepts: {}, risk: { review_over: 5, block_over: 10 } }),
        overridden: async () => Promise.reject(new Error("away")),
      });
      expect(await away.authorize({ ...aboutTool, inRun })).toMatchObject({ kind: "refused", transient: true });
    });
  });

  it.each<[string, Partial<typeof aboutTool>, Partial<HttpTool>, string]>([
    ["a model chose it", { chosenBy: "model" }, {}, "ask"],
    ["an untrusted value reaches a guarded field", { untrusted: ["/amount"] }, {}, "ask"],
    ["an untrusted value reaches another field", { untrusted: ["/reason"] }, {}, "allow"],
    ["the whole input is untrusted", { untrusted: [""] }, {}, "ask"],
    ["it always asks", {}, { approval: "always" }, "ask"],
    ["it never asks", { chosenBy: "model" }, { approval: "never" }, "allow"],
    ["it never asks, but guards a field that is reached", { chosenBy: "model", untrusted: [""] }, { approval: "never" }, "ask"],
    ["it never asks, but an instruction was found", { chosenBy: "model", seenInstruction: true }, { approval: "never" }, "ask"],
    ["a model chose what it reads", { chosenBy: "model" }, { effect: "read" }, "allow"],
    ["a model that saw untrusted text chose what it reads", { chosenBy: "model", ledByUntrusted: true }, { effect: "read" }, "ask"],
    ["the caller lacks the role", {}, { allow: { roles: ["operator"] } }, "deny"],
    ["nobody has the role", {}, { allow: { roles: [] } }, "deny"],
    ["the caller has no role", { caller: { ...caller, roles: [] } }, {}, "deny"],
  ])("when %s", async (_, question, more, decision) => {
    const answer = await authority({ tool: async () => ({ ...manifest, ...more }) }).authorize({ ...aboutTool, ...question });
    expect(answer).toMatchObject({ kind: "tool", permission: { decision } });
  });

  it("[AUTH-14] that is denied by its roles says which may call it", async () => {
    const told = async (roles: readonly string[], more: Partial<typeof aboutTool> = {}) => {
      const answer = await authority({ tool: async () => ({ ...manifest, allow: { roles } }) }).authorize({ ...aboutTool, ...more });
      return answer.kind === "tool" ? answer.permission : null;
    };
    expect(await told(["operator", "admin"])).toMatchObject({
      decision: "deny",
      told: "`payments.refund` may be called by the roles `operator`, `admin` only",
    });
    expect(await told([])).toMatchObject({ told: "`payments.refund` may be called by no role" });
    expect(await told([...caller.roles])).not.toHaveProperty("told");
  });

  it("[AUTH-15] that its user may no longer make is denied in a run, and the denial names the roles that were lost", async () => {
    const lost = { rolesLeft: async () => [] as Role[] };
    const forStaff = { tool: async () => ({ ...manifest, allow: { roles: ["operator"] } }) };
    const began = { ...caller, roles: ["caller", "operator"] as Role[] };
    const asked = { ...aboutTool, caller: began };
    expect(await authority(forStaff).inRun(asked)).toMatchObject({ permission: { decision: "allow" } });
    const partly = await authority({ ...forStaff, rolesLeft: async () => ["caller"] }).inRun(asked);
    expect(partly).toMatchObject({ permission: { decision: "deny", asked: { principal: { roles: ["caller"] } } } });
    expect((partly as { permission: Permission }).permission.told).toContain("no longer has the role `operator`");
    expect(await authority(lost).inRun(asked)).toMatchObject({ permission: { decision: "deny" } });
    expect(await authority(lost).inRun({ ...aboutModel, caller: began })).toMatchObject({ permission: { decision: "deny" } });
    expect(await authority(lost).inRun({ ...aboutRun, caller: began })).toMatchObject({
      code: "policy_denied",
      message: "the caller may not start runs; the run's user no longer has the roles `caller`, `operator`",
    });
    // What was done is undone with the rights that it was done with; who asks over HTTP has the roles of their credential.
    expect(await authority({ ...forStaff, ...lost }).inRun({ ...asked, compensation: true })).toMatchObject({
      permission: { decision: "allow" },
    });
    expect(await authority({ ...forStaff, ...lost }).authorize(asked)).toMatchObject({ permission: { decision: "allow" } });
  });

  it("[AUTH-15] is refused for now when nobody can say which roles are left", async () => {
    const silent = authority({ rolesLeft: () => Promise.reject(new Error("no storage")) });
    expect(await silent.inRun(aboutTool)).toMatchObject({ kind: "refused", code: "internal", transient: true });
    expect(await silent.mayRemember(["caller"])).toBe("deny");
    expect(await authority().mayRemember(["caller"])).toBe("allow");
    expect(await authority({ rolesLeft: async () => [] }).mayRemember(["caller"])).toBe("deny");
  });

  it.each<[string, string, readonly string[] | null, string]>([
    ["a public host, and the org lists none", "https://weather.example.com/q", null, "ask"],
    ["a public host that is not on the org's list", "https://weather.example.com/q", ["shop.example.com"], "ask"],
    ["a host that only begins like one on the list", "https://shop.example.com.evil.net/q", ["shop.example.com"], "ask"],
    ["a host on the org's list", "https://shop.example.com/q", ["shop.example.com"], "allow"],
    ["a private host, and the org lists none", "http://127.0.0.1:9000/q", null, "allow"],
    ["a private host that is not on the org's list", "http://127.0.0.1:9000/q", ["shop.example.com"], "ask"],
  ])("[AUTH-12] that reads what a model chose from untrusted text is a way out: %s", async (_, url, egress, decision) => {
    const reads: HttpTool = { ...manifest, effect: "read", guarded: [], http: { ...manifest.http, url } };
    const question = { ...aboutTool, chosenBy: "model", ledByUntrusted: true } as const;
    const answer = await authority({ tool: async () => reads, egress: async () => egress }).authorize(question);
    expect(answer).toMatchObject({ permission: { decision } });
  });

  it("[AUTH-12] is refused when the org's list cannot be read", async () => {
    const away = authority({ egress: async () => Promise.reject(new Error("away")) });
    expect(await away.authorize({ ...aboutTool, chosenBy: "model", ledByUntrusted: true })).toMatchObject({ kind: "refused" });
  });

  it("is looked for in the caller's org", async () => {
    const asked: string[] = [];
    await authority({ tool: async (org, name) => (manifest.name === name && asked.push(org) > 0 ? manifest : null) }).authorize(aboutTool);
    expect(asked).toEqual(["acme"]);
  });
});
