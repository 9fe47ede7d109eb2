/** The authority: rights of a run's calls, and refusals where somebody cannot say. */
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../core/json.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { BUILT_IN_TOOLS } from "../../../core/tool/built-in.ts";
import type { ToolManifest } from "../../../core/tool/manifest.ts";
import type { AuthorityQuestion } from "../../../core/workflow/authority.ts";
import type { Definition } from "../../../core/workflow/definition.ts";
import { defineAccess, NO_SETS } from "../../../workers/access/access.ts";
import type { AuthorityPorts } from "../../../workers/access/authority.ts";
import { SHIPPED } from "../../../workers/access/policies.ts";

import {
  aboutModel,
  aboutRun,
  aboutTool,
  authority,
  CLOSED,
  caller,
  type HttpTool,
  limits,
  manifest,
  model,
} from "../../support/authority.ts";

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
