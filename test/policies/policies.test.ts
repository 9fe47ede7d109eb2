/** The policies as text: they hold together with their schema, and decide every file in ALLOW and DENY. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type AccessQuestion, toCedarRequest } from "../../core/access/request.ts";
import { ORDINARY_CALL } from "../support/circumstances.ts";

type Cedar = typeof import("@cedar-policy/cedar-wasm/nodejs");
const cedar = createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs") as Cedar;
const FOLDER = join(import.meta.dirname, "../../policies");
const read = (...path: string[]): string => readFileSync(join(FOLDER, ...path), "utf8");

const schema = read("schema.cedarschema");
const roles = JSON.parse(read("entities.json"));
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".cedar"));
const parts = files.flatMap((name) => {
  const answer = cedar.policySetTextToParts(read(name));
  if (answer.type !== "success") throw new Error(`${name} cannot be parsed`);
  return answer.policies;
});
const ids = parts.map((text) => /@id\("([^"]+)"\)/.exec(text)?.[1] ?? "");
const staticPolicies = Object.fromEntries(parts.map((text, index) => [ids[index] ?? "", text]));

cedar.preparsePolicySet("shipped", { staticPolicies });
cedar.preparseSchema("shipped", schema);

/** A file says only in what the circumstances differ from an ordinary call's. */
function decide({ context, ...question }: AccessQuestion): string {
  const asked = context === undefined ? question : { ...question, context: { ...ORDINARY_CALL, ...context } };
  const { entities, ...request } = toCedarRequest(asked);
  const answer = cedar.statefulIsAuthorized({
    ...request,
    preparsedSchemaName: "shipped",
    validateRequest: true,
    preparsedPolicySetId: "shipped",
    entities: [...roles, ...entities] as never,
  });
  expect(answer.type, JSON.stringify(answer)).toBe("success");
  if (answer.type !== "success") return "failure";
  expect(answer.response.diagnostics.errors).toEqual([]);
  return answer.response.decision;
}

describe("the policy set", () => {
  it("[POLICY-1] fits its schema", () => {
    const answer = cedar.validate({ schema, policies: { staticPolicies } });
    expect(answer).toMatchObject({ type: "success", validationErrors: [], validationWarnings: [] });
  });

  it("[POLICY-1] gives every policy an id of its own", () => {
    expect(ids).not.toContain("");
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("is formatted as Cedar formats it", () => {
    expect(files.length).toBeGreaterThan(1);
    for (const name of files) {
      const answer = cedar.formatPolicies({ policyText: read(name), lineWidth: 120, indentWidth: 2 });
      expect(answer, name).toMatchObject({ type: "success", formatted_policy: read(name) });
    }
  });

  it("has a good number of cases", () => {
    expect(readdirSync(join(FOLDER, "ALLOW")).length).toBeGreaterThan(40);
    expect(readdirSync(join(FOLDER, "DENY")).length).toBeGreaterThan(40);
  });
});

for (const folder of ["ALLOW", "DENY"] as const) {
  describe(`[POLICY-2] ${folder}`, () => {
    for (const name of readdirSync(join(FOLDER, folder))) {
      it(name.replace(".json", "").replaceAll("-", " "), () => {
        expect(decide(JSON.parse(read(folder, name)) as AccessQuestion)).toBe(folder.toLowerCase());
      });
    }
  });
}

describe("the examples for orgs", () => {
  const examples = readdirSync(join(FOLDER, "examples"));
  it.each(examples)("%s fits the schema and is formatted as Cedar formats it", (name) => {
    const text = read("examples", name);
    const policies = { staticPolicies: text };
    expect(cedar.validate({ schema, policies })).toMatchObject({ type: "success", validationErrors: [], validationWarnings: [] });
    expect(cedar.formatPolicies({ policyText: text, lineWidth: 120, indentWidth: 2 })).toMatchObject({ formatted_policy: text });
  });
});

describe("[POLICY-3] without a policy for it", () => {
  const everything = [...new Set(Array.from(schema.matchAll(/"([a-z_]+\.[a-z_]+)"/g), (match) => match[1] ?? ""))];
  const ofCalls = /^(tool\.call|model\.call|knowledge\.|memory\.)/;
  const httpActions = everything.filter((action) => !ofCalls.test(action));

  /** What everybody may who is known at all: learn who they are, and replace their own key. */
  const everybodys = ["self.read", "key.rotate"];

  it.each(everybodys)("%s: of what is somebody else's may nobody without a role", (action) => {
    const principal = { org: "acme", user: "ann", roles: [], platformAdmin: false };
    expect(decide({ principal, action, resource: { type: "Thing", org: "acme", owner: "bob" } })).toBe("deny");
  });

  it.each(httpActions.filter((action) => !everybodys.includes(action)))("%s: somebody without a role may not", (action) => {
    const principal = { org: "acme", user: "ann", roles: [], platformAdmin: false };
    const resource = action.startsWith("kill.")
      ? ({ type: "Switch", org: "acme", owner: "ann", scope: null } as const)
      : ({ type: "Thing", org: "acme", owner: "ann" } as const);
    expect(decide({ principal, action, resource, ...(action === "run.start" ? { context: ORDINARY_CALL } : {}) })).toBe("deny");
  });

  it.each(httpActions)("%s: nobody of another org may", (action) => {
    const principal = { org: "globex", user: "ann", roles: ["admin"], platformAdmin: true };
    const resource = action.startsWith("kill.")
      ? ({ type: "Switch", org: "acme", owner: "ann", scope: null } as const)
      : ({ type: "Thing", org: "acme", owner: "ann" } as const);
    expect(decide({ principal, action, resource, ...(action === "run.start" ? { context: ORDINARY_CALL } : {}) })).toBe("deny");
  });
});

describe("[ALERT-9] the runbooks", () => {
  const ROOT = join(import.meta.dirname, "../..");
  const ROLES = ["operator", "reviewer", "developer", "auditor", "admin"];
  const ROUTES = join(ROOT, "workers/ingress/routes");
  const routes = readdirSync(ROUTES).flatMap((file) =>
    Array.from(
      readFileSync(join(ROUTES, file), "utf8").matchAll(/method: "(\w+)",\s+path: "([^"]+)",[\s\S]*?action: "([a-z_]+\.[a-z_]+)"/g),
      ([, method = "", path = "", action = ""]) => ({ method: method.toUpperCase(), path, action }),
    ),
  );
  // Written by a function of its file; and asked again where it is known who decides.
  routes.unshift({ method: "GET", path: "/v1/audit/checkpoint", action: "audit.read" });
  routes.unshift({ method: "POST", path: "/v1/reviews/{id}/decision", action: "review.decide" });
  const actionOf = (method: string, path: string): string | undefined =>
    routes.find((route) => route.method === method && new RegExp(`^${route.path.replace(/\{\w+\}/g, "[^/]+")}$`).test(path))?.action;

  /** What is wrong with a line, and how many calls it names. */
  const flawsOf = (line: string): { flaws: string[]; calls: number } => {
    const role = /^- (\w+): /.exec(line)?.[1] ?? "";
    const calls = [...line.matchAll(/`(GET|POST|PUT|DELETE) ([^`?\s]+)/g)];
    const flaws = calls.flatMap(([, method = "", path = ""]) => {
      const action = actionOf(method, path);
      if (!ROLES.includes(role) || action === undefined) return [`${role} ${method} ${path}: no role, or no such route`];
      const resource = action.startsWith("kill.")
        ? ({ type: "Switch", org: "acme", owner: "bob", scope: null } as const)
        : ({ type: "Thing", org: "acme", owner: "bob" } as const);
      const principal = { org: "acme", user: "ann", roles: [role], platformAdmin: false };
      return decide({ principal, action, resource } as AccessQuestion) === "allow" ? [] : [`${role} may not ${method} ${path}`];
    });
    return { flaws, calls: calls.length };
  };
  const pages = readdirSync(join(ROOT, "docs/runbooks")).map((page) => readFileSync(join(ROOT, "docs/runbooks", page), "utf8"));
  const linesOf = (text: string): string[] => text.split("\n").filter((line) => line.startsWith("- "));

  it("name routes that exist, and a role that may call them", () => {
    const judged = pages.flatMap(linesOf).map(flawsOf);
    expect(judged.flatMap(({ flaws }) => flaws)).toEqual([]);
    expect(judged.reduce((sum, { calls }) => sum + calls, 0)).toBeGreaterThan(50);
  });

  it("begin with what the operator can do", () => {
    const late = pages
      .flatMap((page) => page.split("\n## "))
      .filter((part) => {
        const roles = linesOf(part)
          .flatMap((line) => /^- (\w+): /.exec(line)?.[1] ?? [])
          .filter((role) => ROLES.includes(role));
        return roles.lastIndexOf("operator") !== roles.filter((role) => role === "operator").length - 1;
      });
    expect(late).toEqual([]);
  });
});
