/** The authority: rights of a run's calls, and refusals where somebody cannot say. */
import { describe, expect, it } from "vitest";
import { NOTHING_YET } from "../../../core/access/circumstances.ts";
import type { Role } from "../../../core/access/principal.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { ModelEntry } from "../../../core/model/entry.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { BUILT_IN_TOOLS } from "../../../core/tool/built-in.ts";
import type { ManifestOf, ToolManifest } from "../../../core/tool/manifest.ts";
import type { AuthorityQuestion, Permission } from "../../../core/workflow/authority.ts";
import type { Definition, Limits } from "../../../core/workflow/definition.ts";
import { defineAccess, NO_SETS } from "../../../workers/access/access.ts";
import { type AuthorityPorts, defineAuthority } from "../../../workers/access/authority.ts";
import { SHIPPED } from "../../../workers/access/policies.ts";

type HttpTool = ManifestOf<"http">;

const manifest: HttpTool = {
  name: "payments.refund",
  version: 3,
  description: "",
  effect: "write",
  kind: "http",
  http: { url: "https://pay.example.com/", method: "POST", headers: {}, secret: null },
  input: true,
  output: true,
  timeout_ms: 10_000,
  idempotency: "key",
  scopes: [],
  approval: "policy",
  guarded: ["/amount"],
  personal_data: {},
  sensitivity: "internal",
  allow: null,
};
const model = (id: string, more: Partial<ModelEntry> = {}): ModelEntry => ({
  id,
  base_url: null,
  secret: null,
  upstream_id: id,
  price: { input: 1, output: 1, cached_input: null },
  context: 1_000,
  tasks: ["classify"],
  pii: "redacted",
  latency_ms: null,
  quality: null,
  pinned: true,
  ...more,
});
const caller = { org: "acme", user: "ann", roles: ["caller"] } as const;
const aboutTool: Extract<AuthorityQuestion, { kind: "tool" }> = {
  kind: "tool",
  caller,
  workflow: "w",
  run: "run_1",
  tool: "payments.refund",
  chosenBy: "definition",
  untrusted: [],
  compensation: false,
  soFar: NOTHING_YET,
};
const aboutModel: Extract<AuthorityQuestion, { kind: "model" }> = {
  kind: "model",
  caller,
  workflow: "w",
  run: "run_1",
  model: null,
  task: "classify",
  fallback: [],
  holdsPersonalData: true,
  expectedTokens: 100,
  maxTokens: 100,
  wishes: {},
  seed: "run_1/a",
  tools: [],
  soFar: NOTHING_YET,
};
const aboutRun: Extract<AuthorityQuestion, { kind: "run" }> = {
  kind: "run",
  caller,
  run: "run_1",
  activity: "child",
  workflow: "order-fulfilment",
  version: null,
  input: { n: 1 },
  soFar: NOTHING_YET,
};
const CLOSED = {
  type: "object",
  properties: { n: { type: "integer", maximum: 100 } },
  required: ["n"],
  additionalProperties: false,
};
const limits: Limits = { usd: 2, tokens: 500, seconds: 60, steps: 10, confirm_over_usd: null };
const authority = (more: Partial<AuthorityPorts> = {}) => {
  const room = defineAuthority({
    now: () => Date.UTC(2026, 0, 4, 23, 59),
    log: () => undefined,
    access: defineAccess(() => undefined),
    policies: async () => NO_SETS,
    rolesLeft: async ({ roles }) => roles,
    tool: async () => manifest,
    egress: async () => null,
    collectionClass: async () => null,
    settings: async () => ({ models: {}, accepts: {}, risk: { review_over: 70, block_over: 90 } }),
    overridden: async () => null,
    models: async () => [model("a/one-1"), model("a/two-1")],
    route: async () => null,
    measured: () => null,
    workflow: async (_org, _name, version) => ({ version: version ?? 4, digest: "d1", definition: { limits, input: true } as Definition }),
    childRunId: async (org, run, activity) => `child of ${org} ${run} ${activity}`,
    filled: async (_context, value) => value,
    ...more,
  });
  return {
    authorize: (question: AuthorityQuestion, killEpoch = 0) => room.authorize(question, killEpoch),
    inRun: (question: AuthorityQuestion) => room.authorizeInRun(question, 0),
    mayRemember: (roles: readonly Role[]) =>
      room.mayRemember({ caller: { ...caller, roles }, run: "run_1", workflow: "w", action: "memory.recall", subject: "ann" }, 0),
  };
};

describe("[POLICY-8] the circumstances of a call", () => {
  const soFar = {
    args: { trust: "untrusted", class: "confidential" },
    seen: { trust: "untrusted", class: "restricted" },
    toolsCalled: ["crm.get", "orders.get"],
    writes: 2,
    spent: 1_234_567,
    agent: "desk",
    own: true,
  } as const;

  it("are what happened so far, when it is, where it goes, and the epoch", async () => {
    const answer = await authority().authorize({ ...aboutTool, chosenBy: "model", soFar }, 7);
    expect(answer).toMatchObject({
      permission: {
        asked: {
          action: "tool.call",
          principal: { org: "acme", user: "ann", roles: ["caller"] },
          resource: { type: "Tool", name: "payments.refund", effect: "write" },
          context: {
            workflow: "w",
            agent: "desk",
            chosen_by: "model",
            trust: "untrusted",
            class: "confidential",
            seen_class: "restricted",
            seen_untrusted: true,
            tools_called: ["crm.get", "orders.get"],
            writes: 2,
            spent_usd: 1.234567,
            hour: 23,
            weekday: 7,
            destination: "pay.example.com",
            epoch: 7,
          },
        },
      },
    });
  });

  it("are what policies decide by, for models as for tools", async () => {
    const sequences = `
      @id("t.after_restricted") forbid (principal, action == Action::"tool.call", resource)
      when { context.seen_class == "restricted" && context.tools_called.contains("crm.get") && context.writes > 1 };
      @id("t.dear") forbid (principal, action == Action::"model.call", resource)
      when { context.spent_usd.greaterThan(decimal("1.2345")) && context.weekday > 5 && context.hour == 23 && context.epoch == 7 };`;
    const access = defineAccess(() => undefined, { ...SHIPPED, policies: { ...SHIPPED.policies, sequences } });
    const ask = async (question: AuthorityQuestion, epoch: number) => {
      const answer = await authority({ access }).authorize(question, epoch);
      return answer.kind === "tool" || answer.kind === "model" ? [answer.permission.decision, ...answer.permission.reasons] : [answer.kind];
    };
    expect(await ask({ ...aboutTool, soFar }, 0)).toEqual(["deny", "t.after_restricted"]);
    expect(await ask({ ...aboutTool, soFar: { ...soFar, toolsCalled: ["orders.get"] } }, 0)).toEqual(["allow", "calls.tool"]);
    expect(await ask({ ...aboutTool, soFar: { ...soFar, writes: 1 } }, 0)).toEqual(["allow", "calls.tool"]);
    expect(await ask({ ...aboutModel, soFar }, 7)).toEqual(["deny", "t.dear"]);
    expect(await ask({ ...aboutModel, soFar }, 8)).toEqual(["allow", "calls.model"]);
    expect(await ask({ ...aboutModel, soFar: { ...soFar, spent: 1_234_400 } }, 7)).toEqual(["allow", "calls.model"]);
  });
});

describe("[POLICY-12] what a tool can reach", () => {
  const policies = `forbid(principal, action == Action::"egress", resource == Host::"acme/leak.example");`;
  const content = { kind: "policies", cedar: policies } as const;
  const active = async () => ({ ...NO_SETS, policies: { version: "v", content, note: null, createdAt: 0, createdBy: "ann" } });
  const isolate = (egress: readonly string[]) => {
    const { kind: _kind, http: _http, ...contract } = manifest;
    return { ...contract, kind: "isolate", isolate: { code: "" }, egress } as unknown as ToolManifest;
  };
  it.each([
    [[], "allow"],
    [["fine.example"], "allow"],
    [["fine.example", "leak.example"], "deny"],
  ] as const)("is decided host by host: %j", async (hosts, decision) => {
    const answer = await authority({ policies: active, tool: async () => isolate(hosts) }).authorize(aboutTool);
    expect(answer).toMatchObject({ permission: { decision } });
  });

  it("[POLICY-16] policies that cannot be read refuse, to be asked again", async () => {
    const broken = authority({ policies: async () => Promise.reject(new Error("D1 is down")) });
    for (const question of [aboutTool, aboutModel, aboutRun])
      expect(await broken.authorize(question)).toMatchObject({ kind: "refused", transient: true });
  });
});

describe("[RECALL-13] a memory tool", () => {
  const asked = { ...aboutTool, tool: "memory.remember", subject: "ann", chosenBy: "model", untrusted: [""] } as const;
  const under = (cedar: string | null) =>
    authority({
      tool: async (_org, name) => BUILT_IN_TOOLS.get(name) ?? null,
      policies: async () => {
        if (cedar === null) return NO_SETS;
        return { ...NO_SETS, policies: { version: "v", content: { kind: "policies", cedar }, note: null, createdAt: 0, createdBy: "ann" } };
      },
    });
  const decision = async (cedar: string | null, more: object = {}) => {
    const answer = await under(cedar).authorize({ ...asked, ...more });
    return answer.kind === "tool" ? answer.permission.decision : answer.kind;
  };

  it("is decided as a call and as what it does to the memory of the person, and the stricter counts", async () => {
    expect([
      await decision(null),
      await decision(null, { tool: "memory.recall" }),
      await decision(null, { tool: "memory.forget" }),
    ]).toEqual(["allow", "allow", "ask"]);
    expect(await decision('forbid(principal, action == Action::"memory.remember", resource == Memory::"acme/ann");')).toBe("deny");
    expect(await decision('forbid(principal, action == Action::"memory.remember", resource == Memory::"acme/bob");')).toBe("allow");
    expect(await decision('forbid(principal, action == Action::"memory.recall", resource);', { tool: "memory.recall" })).toBe("deny");
    expect(await decision('forbid(principal, action == Action::"tool.call", resource == Tool::"acme/memory.remember");')).toBe("deny");
    expect(await decision(null, { caller: { ...caller, roles: ["monitor"] } })).toBe("deny");
  });
});

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

describe("[AUTH-2] what cannot be decided is refused", () => {
  const broken = () => {
    throw new Error("the registry is out of reach: secret");
  };
  const brokenAccess = { permission: broken, decide: broken };

  it("an unknown tool, for good", async () => {
    expect(await authority({ tool: async () => null }).authorize(aboutTool)).toMatchObject({
      kind: "refused",
      code: "not_found",
      transient: false,
    });
  });

  it("a registry that fails, for now, without its words", async () => {
    for (const ports of [
      { tool: broken, models: broken, workflow: broken },
      { tool: async () => broken(), models: async () => broken(), childRunId: async () => broken() },
    ]) {
      for (const question of [aboutTool, aboutModel, aboutRun]) {
        const answer = await authority(ports).authorize(question);
        expect(answer).toMatchObject({ kind: "refused", code: "internal", transient: true });
        expect(JSON.stringify(answer)).not.toContain("secret");
      }
    }
  });

  it("a policy that fails", async () => {
    for (const question of [aboutTool, aboutModel, aboutRun]) {
      expect(await authority({ access: brokenAccess }).authorize(question)).toMatchObject({ kind: "refused", transient: true });
    }
  });

  it("a task that no model has, and a model that nobody registered", async () => {
    for (const question of [{ task: "paint" }, { task: null, model: "a/nope-1" }]) {
      expect(await authority().authorize({ ...aboutModel, ...question })).toMatchObject({
        kind: "refused",
        code: "not_found",
        transient: false,
      });
    }
  });
});

describe("[AUTH-3] a model", () => {
  it("comes with the others that may stand in, and with who may not and why", async () => {
    const models = async () => [model("a/one-1"), model("a/shy-1", { pii: "never" })];
    expect(await authority({ models }).authorize({ ...aboutModel, fallback: ["a/nope-1"] })).toMatchObject({
      kind: "model",
      permission: { decision: "allow", reasons: ["calls.model"] },
      candidates: [{ id: "a/one-1" }],
      rejected: [
        { id: "a/shy-1", why: "does not accept redacted text" },
        { id: "a/nope-1", why: "not registered" },
      ],
    });
  });

  it("is denied to somebody without a role", async () => {
    expect(await authority().authorize({ ...aboutModel, caller: { ...caller, roles: [] } })).toMatchObject({
      kind: "model",
      permission: { decision: "deny" },
      candidates: [],
    });
  });
});

describe("[AUTH-6] a route", () => {
  const models = async () => [model("a/one-1"), model("a/two-1"), model("a/three-1")];

  it("of the caller's org and the task decides the order", async () => {
    const asked: unknown[] = [];
    const route: AuthorityPorts["route"] = async (...question) => {
      asked.push(question);
      return { task: "classify", models: [{ id: "a/two-1" }, { id: "a/one-1" }], strategy: "fallback" };
    };
    const answer = await authority({ models, route }).authorize(aboutModel);
    expect(answer).toMatchObject({ candidates: [{ id: "a/two-1", expected_micro_usd: 200 }, { id: "a/one-1" }], rejected: [] });
    expect(asked).toEqual([["acme", "classify"]]);
  });

  it("is not asked for where a model is named", async () => {
    const route = () => {
      throw new Error("asked");
    };
    expect(await authority({ route }).authorize({ ...aboutModel, task: null, model: "a/one-1" })).toMatchObject({ kind: "model" });
  });

  it("that cannot be read refuses, for now: nothing else is called instead", async () => {
    const route = async () => {
      throw new Error("out of reach");
    };
    const lines: LogLine[] = [];
    const told = authority({ route, log: (line) => lines.push(line) });
    expect(await told.authorize(aboutModel)).toMatchObject({ kind: "refused", code: "internal", transient: true });
    expect(lines).toMatchObject([{ level: "error", event: "authority.failed", question: "model", org: caller.org, error: "Error" }]);
  });

  it("[ROUTE-1] the policy's denials are among the reasons, and its word on the first that may goes along", async () => {
    const real = defineAccess(() => undefined);
    const access: AuthorityPorts["access"] = {
      permission: (question, active) =>
        question.kind === "model" && question.model === "a/one-1"
          ? { decision: "deny", policyVersion: "p", reasons: ["planted"] }
          : real.permission(question, active),
    };
    expect(await authority({ models, access }).authorize(aboutModel)).toMatchObject({
      permission: { decision: "allow", reasons: ["calls.model"] },
      candidates: [{ id: "a/three-1" }, { id: "a/two-1" }],
      rejected: [{ id: "a/one-1", why: "denied by policy" }],
    });
    expect(await authority({ models: async () => [model("a/one-1")], access }).authorize(aboutModel)).toMatchObject({
      permission: { decision: "deny", reasons: ["planted"] },
      candidates: [],
    });
  });

  it("that is not registered is named, with a registered one that is near", async () => {
    expect(await authority().authorize({ ...aboutModel, task: null, model: "a/one-2" })).toMatchObject({
      kind: "refused",
      code: "not_found",
      message: "no registered model may answer for `a/one-2`; `a/one-2`: not registered; did you mean `a/one-1`?",
    });
  });

  it("[ROUTE-1] nobody left: the refusal says who was thought of, and why not", async () => {
    const shy = async () => [model("a/one-1", { pii: "never" })];
    expect(await authority({ models: shy }).authorize(aboutModel)).toEqual({
      kind: "refused",
      code: "not_found",
      message: "no registered model may answer for the task `classify`; `a/one-1`: does not accept redacted text",
      transient: false,
      rejected: [{ id: "a/one-1", why: "does not accept redacted text" }],
    });
    expect(await authority().authorize({ ...aboutModel, expectedTokens: 5_000 })).toMatchObject({ kind: "refused", code: "limit_reached" });
  });
});

describe("[AUTH-4] the tools that a model is told of", () => {
  const named = (name: string, more: Partial<HttpTool> = {}): HttpTool => ({
    ...manifest,
    name,
    description: `does ${name}`,
    ...more,
  });
  const registry: { readonly [name: string]: HttpTool } = {
    "kb.search": named("kb.search", { effect: "read", input: { type: "object" } }),
    "payments.refund": named("payments.refund"),
    "ops.restart": named("ops.restart", { allow: { roles: ["operator"] } }),
    "safe.open": named("safe.open", { approval: "always" }),
  };
  const toldOf = async (tools: readonly string[], roles: (typeof caller)["roles"] | readonly ["operator"] | readonly [] = ["caller"]) => {
    const answer = await authority({ tool: async (_org, name) => registry[name] ?? null }).authorize({
      ...aboutModel,
      caller: { ...caller, roles },
      tools,
    });
    return answer.kind === "model" ? answer.tools : answer;
  };

  it("come as the registry describes them, in the definition's order, once", async () => {
    expect(await toldOf(["payments.refund", "kb.search", "payments.refund"])).toEqual([
      { name: "payments.refund", description: "does payments.refund", input: true },
      { name: "kb.search", description: "does kb.search", input: { type: "object" } },
    ]);
  });

  it("are without those that are unknown or out of the caller's reach", async () => {
    expect(await toldOf(["gone.away", "ops.restart", "kb.search"])).toMatchObject([{ name: "kb.search" }]);
    expect(await toldOf(["ops.restart"], ["operator"])).toMatchObject([{ name: "ops.restart" }]);
    expect(await toldOf(["kb.search", "ops.restart"], [])).toEqual([]);
  });

  it("are with those that a person will be asked about", async () => {
    expect(await toldOf(["safe.open", "payments.refund"])).toHaveLength(2);
  });

  it("are none when none are asked about: the registry is left alone", async () => {
    const tool = () => {
      throw new Error("asked");
    };
    expect(await authority({ tool }).authorize(aboutModel)).toMatchObject({ kind: "model", tools: [] });
  });
});

describe("[AUTH-5] a child run", () => {
  it("gets the version that its caller's runs get, and the same id for the same activity", async () => {
    const asked: unknown[] = [];
    const ports: Partial<AuthorityPorts> = {
      workflow: async (...question) => {
        asked.push(question);
        return { version: 4, digest: "d1", definition: { limits, input: true } as Definition };
      },
    };
    const answer = await authority(ports).authorize(aboutRun);
    expect(answer).toEqual({
      kind: "run",
      child: "child of acme run_1 child",
      workflow: "order-fulfilment",
      version: 4,
      digest: "d1",
      limits,
    });
    expect(asked).toEqual([["acme", "order-fulfilment", null, "ann", "run_1"]]);
    expect(await authority(ports).authorize(aboutRun)).toEqual(answer);
  });

  it("gets the version that the definition names", async () => {
    expect(await authority().authorize({ ...aboutRun, version: 2 })).toMatchObject({ kind: "run", version: 2 });
  });

  it.each<[string, JsonObject, string]>([
    ["beyond a bound", { n: 200 }, "`/n`: `n` must be at most 100"],
    ["of another type", { n: "x" }, "`/n`: `n` must be a whole number"],
    ["with a field too many", { n: 1, other: 2 }, "unknown field `other`"],
    ["with a field too few", {}, "`n`"],
  ])("[AUTH-13] is not born of an input %s", async (_what, input, named) => {
    const ports = { workflow: async () => ({ version: 4, digest: "d1", definition: { limits, input: CLOSED } as unknown as Definition }) };
    expect(await authority(ports).authorize({ ...aboutRun, input })).toMatchObject({
      kind: "refused",
      code: "invalid_request",
      transient: false,
      message: expect.stringContaining(named),
    });
    expect(await authority(ports).authorize({ ...aboutRun, input: { n: 1 } })).toMatchObject({ kind: "run" });
  });

  it("[AUTH-13] is checked with its personal data in it, and the data is not told", async () => {
    const input = { type: "object", properties: { to: { type: "string", format: "email", maxLength: 20 } } } as const;
    const ports = (mail: string) => ({
      workflow: async () => ({ version: 4, digest: "d1", definition: { limits, input } as unknown as Definition }),
      filled: async () => ({ to: mail }),
    });
    const question = { ...aboutRun, input: { to: "{{EMAIL_1}}" } };
    expect(await authority(ports("ann@example.org")).authorize(question)).toMatchObject({ kind: "run" });
    const refusal = await authority(ports("somebody.with.a.long.name@example.org")).authorize(question);
    expect(refusal).toMatchObject({ kind: "refused", code: "invalid_request" });
    expect(JSON.stringify(refusal)).not.toContain("long.name");
  });

  it("of an unknown workflow or version is refused for good", async () => {
    for (const version of [null, 9]) {
      const answer = await authority({ workflow: async () => null }).authorize({ ...aboutRun, version });
      expect(answer).toMatchObject({ kind: "refused", code: "not_found", transient: false });
    }
  });

  it.each([[[]], [["developer"]], [["auditor", "reviewer"]], [["operator"]]] as const)(
    "is not started for somebody who may not start runs: %s",
    async (roles) => {
      let looked = 0;
      const workflow = async () => {
        looked++;
        return null;
      };
      const answer = await authority({ workflow }).authorize({ ...aboutRun, caller: { ...caller, roles } });
      expect(answer).toMatchObject({ kind: "refused", code: "policy_denied", transient: false });
      expect(looked).toBe(0);
    },
  );

  it("is started for an admin", async () => {
    expect(await authority().authorize({ ...aboutRun, caller: { ...caller, roles: ["admin"] } })).toMatchObject({ kind: "run" });
  });
});
