import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DATA_CLASSES } from "../../../core/label/label.ts";
import { checkModel } from "../../../core/model/check.ts";
import { withDefaultModels } from "../../../core/model/defaults.ts";
import type { ModelEntry } from "../../../core/model/entry.ts";
import { type ModelRequirements, unmetRequirement } from "../../../core/model/requirements.ts";
import { candidatesFor } from "../../../core/model/route.ts";

const entry = (id: string, more: Partial<ModelEntry> = {}): ModelEntry => ({
  id,
  base_url: null,
  secret: null,
  upstream_id: id,
  price: { input: 1, output: 1, cached_input: null },
  context: 10_000,
  tasks: ["reply"],
  pii: "allowed",
  latency_ms: null,
  quality: null,
  pinned: true,
  ...more,
});
const EU = entry("a/eu-1", { region: "eu", retention: "none", trains: false });
const US = entry("a/us-1", { region: "us", retention: 30, trains: false });
const SILENT = entry("a/silent-1");
const STRICT: ModelRequirements = { confidential: { region: ["eu", "ch"], retention: "none", trains: false } };

const choose = (
  of: (typeof DATA_CLASSES)[number],
  requirements: ModelRequirements,
  models: readonly ModelEntry[],
  wanted: { model?: string; fallback?: string[] } = {},
) =>
  candidatesFor(
    {
      model: wanted.model ?? null,
      task: wanted.model === undefined ? "reply" : null,
      fallback: wanted.fallback ?? [],
      holdsPersonalData: false,
      class: of,
      expectedTokens: 10,
      maxTokens: 10,
      wishes: {},
      seed: "s",
    },
    models,
    { route: null, mayCall: () => true, measured: () => null, requirements },
  );
const ids = ({ candidates }: ReturnType<typeof choose>) => candidates.map(({ id }) => id);

describe("what an org requires of models", () => {
  it("[FLOW-3] holds for the class and for every higher one", () => {
    expect(ids(choose("internal", STRICT, [EU, US, SILENT])).sort()).toEqual(["a/eu-1", "a/silent-1", "a/us-1"]);
    expect(ids(choose("confidential", STRICT, [EU, US, SILENT]))).toEqual(["a/eu-1"]);
    expect(ids(choose("restricted", STRICT, [EU, US, SILENT]))).toEqual(["a/eu-1"]);
  });

  it("[FLOW-3] names the requirement that is not met, and takes silence for not meeting it", () => {
    const { rejected } = choose("confidential", STRICT, [US, SILENT]);
    expect(rejected.map((one) => one.for)).toEqual(["requirement", "requirement"]);
    expect(rejected[0]?.why).toBe("its `region` is `us`, and `eu`, `ch` is required (the org's `models.confidential`)");
    expect(rejected[1]?.why).toContain("its `region` is not registered");
    expect(unmetRequirement(US, "public", { public: { retention: 7 } })).toContain("its `retention` is `30`, and `7` is required");
    expect(unmetRequirement(US, "public", { public: { retention: 30 } })).toBeNull();
    expect(unmetRequirement(EU, "public", { public: { retention: 0 } })).toBeNull();
    expect(unmetRequirement(entry("a/b", { trains: true }), "internal", { public: { trains: false } })).toContain("its `trains` is `true`");
  });

  it("[FLOW-4] is lowered by no fallback, nor is what a model accepts", () => {
    expect(ids(choose("confidential", STRICT, [EU, US], { model: "a/eu-1", fallback: ["a/us-1"] }))).toEqual(["a/eu-1"]);
    const shy = entry("a/shy-1", { accepts: "internal" });
    const { candidates, rejected } = choose("confidential", {}, [EU, shy], { model: "a/eu-1", fallback: ["a/shy-1"] });
    expect(candidates.map(({ id }) => id)).toEqual(["a/eu-1"]);
    expect(rejected).toEqual([{ id: "a/shy-1", why: "accepts `internal` at most, and the text is `confidential`", for: "class" }]);
  });

  it("[FLOW-4] leaves no candidate for a class that would not be one for a higher class's requirements", () => {
    const anyModel = fc.record({
      accepts: fc.constantFrom(undefined, ...DATA_CLASSES),
      region: fc.constantFrom(undefined, "eu", "us"),
      retention: fc.constantFrom(undefined, "none" as const, 0, 30),
      trains: fc.constantFrom(undefined, true, false),
    });
    const requirement = fc.constantFrom(undefined, { region: ["eu"] }, { retention: 7 }, { trains: false as const }, STRICT.confidential);
    const requirements = fc.record({ public: requirement, internal: requirement, confidential: requirement, restricted: requirement });
    fc.assert(
      fc.property(fc.array(anyModel, { maxLength: 4 }), requirements, (facts, asked) => {
        const models = facts.map((one, index) => entry(`a/m-${index}`, JSON.parse(JSON.stringify(one)) as Partial<ModelEntry>));
        const all = JSON.parse(JSON.stringify(asked)) as ModelRequirements;
        const byClass = DATA_CLASSES.map((of) => new Set(ids(choose(of, all, models))));
        for (const [index, higher] of byClass.entries()) {
          const lower = byClass[index - 1];
          if (lower !== undefined) expect([...higher].filter((id) => !lower.has(id))).toEqual([]);
        }
      }),
    );
  });

  it("is met by the rehearsal, which runs inside the Worker", () => {
    const [rehearsal] = withDefaultModels([], null);
    expect(unmetRequirement(rehearsal as ModelEntry, "restricted", STRICT)).toBeNull();
  });

  it("[FLOW-5] is compared with what a model registers, which is checked", () => {
    const sent = { upstream_id: "m", price: { input: 1, output: 1 }, context: 10, tasks: ["a"], pii: "never", pinned: true };
    const given = { accepts: "internal", region: "eu-west-1", retention: "none", trains: false } as const;
    const read = checkModel("a/m", { ...sent, ...given }, { allowPrivateHosts: false });
    expect(read.ok && read.value).toMatchObject(given);
    const plain = checkModel("a/m", sent, { allowPrivateHosts: false });
    expect(plain.ok && Object.keys(plain.value)).not.toContain("region");
    const wrong = { accepts: "secret", region: "", retention: "never", trains: "no" };
    const refused = checkModel("a/m", { ...sent, ...wrong }, { allowPrivateHosts: false });
    expect(refused.ok ? [] : refused.error.map(({ path }) => path).sort()).toEqual(["/accepts", "/region", "/retention", "/trains"]);
  });
});
