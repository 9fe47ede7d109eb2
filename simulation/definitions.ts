/** What runs: random definitions, the shipped workflows with an input each, and the workflows that others start as child runs. */
import { createHash } from "node:crypto";
import { mintId } from "../core/ids.ts";
import { isObject, type Json } from "../core/json.ts";
import { CALLER } from "../core/label/label.ts";
import { fromUsd } from "../core/money.ts";
import type { RunStart } from "../core/run/machine/birth.ts";
import { checkDefinition } from "../core/workflow/check.ts";
import type { Definition } from "../core/workflow/definition.ts";
import { runRulesOf } from "../core/workflow/guardrails.ts";
import { WORKFLOWS } from "../workflows/index.ts";
import type { Dice } from "./dice.ts";
import { MODELS, randomDefinition } from "./random-definition.ts";
import { SECRET, TOOLS } from "./shop.ts";

export const ORG = "acme";

/** As a developer's definition is checked. */
export const checked = (raw: Json): Definition => {
  const result = checkDefinition(raw, { tools: new Set(Object.keys(TOOLS)) });
  if (!result.ok) throw new TypeError(`a simulated definition is invalid: ${JSON.stringify(result.error)}`);
  return result.value;
};

/** A definition and an input that it takes. */
export type Work = { readonly definition: Definition; readonly input: Json };

const INPUTS: { readonly [name: string]: Json } = {
  "support-refund": { ticket: "Order A-1001 arrived broken, I want my money back. {{EMAIL_1}}" },
  "order-fulfilment": { order_id: "A-1001" },
  "document-summary": { chunks: ["one", "two", "three", "four", "five", "six"] },
  "research-desk": { question: "How long may a lamp be returned?" },
};

export const SHIPPED: readonly Work[] = WORKFLOWS.flatMap((source) => {
  const input = INPUTS[source.name];
  return input === undefined ? [] : [{ definition: checked(source as Json), input }];
});

/** Workflows that others start as child runs: one that writes, and one that starts it. */
export const LIBRARY: { readonly [name: string]: Definition } = Object.fromEntries(
  [
    {
      name: "inner",
      input: true,
      output: { cel: "steps.write.output.id" },
      tools: ["stock.reserve", "stock.release"],
      limits: { usd: 0.01, tokens: 2_000, seconds: 600 },
      steps: {
        think: { kind: "model", model: { id: MODELS[0], max_tokens: 100 }, prompt: { template: "Say {{what}}", slots: { what: "hello" } } },
        write: {
          kind: "tool",
          needs: ["think"],
          tool: "stock.reserve",
          input: { order: "A-1001" },
          compensate: { tool: "stock.release", input: { id: { cel: "output.id" } } },
        },
      },
    },
    {
      name: "middle",
      input: true,
      output: { cel: "steps.below.output" },
      tools: ["stock.reserve", "stock.release", "mail.send"],
      limits: { usd: 0.02, tokens: 4_000, seconds: 1_200 },
      steps: {
        below: { kind: "run", workflow: "inner", input: { n: 1 } },
        mail: { kind: "tool", needs: ["below"], tool: "mail.send", input: { to: "{{EMAIL_1}}" } },
      },
    },
    {
      name: "twins",
      input: true,
      output: { cel: "steps.one.output" },
      tools: ["stock.reserve", "stock.release", "mail.send", "quote.get"],
      limits: { usd: 0.04, tokens: 8_000, seconds: 1_200 },
      steps: {
        one: {
          kind: "run",
          workflow: "inner",
          input: { n: 1 },
          on_error: [{ value: "spare", when: { cel: 'error.class == "transient"' } }],
        },
        two: { kind: "run", workflow: "inner", input: { n: 2 } },
        quote: { kind: "tool", tool: "quote.get", input: {}, on_error: { value: null } },
        mail: { kind: "tool", needs: ["one", "two"], tool: "mail.send", input: { to: "{{EMAIL_1}}" } },
      },
    },
    {
      name: "payer",
      input: true,
      output: { cel: "steps.pay.output.id" },
      tools: ["payments.refund", "payments.cancel"],
      limits: { usd: 0.01, tokens: 2_000, seconds: 600 },
      steps: {
        pay: {
          kind: "tool",
          tool: "payments.refund",
          input: { order: "A-1001", amount: 1, memo: { cel: "input.memo" } },
          compensate: { tool: "payments.cancel", input: { id: { cel: "output.id" } } },
        },
      },
    },
  ].map((raw) => [raw.name, checked(raw as Json)]),
);

/** What a user says at the start or in a signal: most of it calls for nobody. */
export const SAYINGS = [
  ...Array<string>(3).fill("Where is my order?"),
  "I want to talk to a human being, please.",
  "My lawyer says this is a breach of contract, and we will sue you for 50000 dollars.",
] as const;

/** Labels of an input with a field that is for few eyes. */
const CALLERS = { at: "", label: CALLER };
const RESTRICTED = { at: "/diagnosis", label: { ...CALLER, class: "restricted" } } as const;

export function workOf(dice: Dice, place: string): Work {
  if (dice.happens(`${place}/shipped`, 0.3)) return dice.one(`${place}/which`, SHIPPED);
  const say = dice.one(`${place}/say`, SAYINGS);
  const restricted = dice.happens(`${place}/restricted`, 0.1) ? { diagnosis: SECRET } : {};
  return { definition: checked(randomDefinition(dice, place)), input: { n: 3, list: ["a", "b", "c", "d"], say, ...restricted } };
}

export function birthOf(dice: Dice, place: string, work: Work, at: number): RunStart {
  const { definition, input } = work;
  const id = mintId("run", at, dice.bytes(`${place}/id`, 10));
  const rules = runRulesOf(null, definition);
  return {
    id,
    org: ORG,
    user: "ada",
    roles: ["caller"],
    subject: "ada",
    definition,
    version: 1,
    digest: createHash("sha256").update(JSON.stringify(definition)).digest("hex"),
    input,
    inputFindings: [],
    ...(rules === null ? {} : { guardrails: rules }),
    ...(isObject(input) && "diagnosis" in input ? { inputLabels: [CALLERS, RESTRICTED] } : {}),
    // Some of a world's runs are one person's conversation: they take turns, and one of them may wait for a person meanwhile.
    ...(dice.happens(`${place}/session`, 0.4) ? { session: "s1" } : {}),
    metadata: {},
    budget: { usd: fromUsd(definition.limits.usd), tokens: definition.limits.tokens },
    deadlineAt: dice.happens(`${place}/deadline`, 0.1) ? at + dice.between(`${place}/deadline`, 5_000, 600_000) : null,
    traceId: createHash("sha256").update(id).digest("hex").slice(0, 32),
    parentSpanId: null,
    redrive: null,
    parent: null,
    callbackUrl: dice.happens(`${place}/callback`, 0.3) ? "https://caller.example/done" : null,
  };
}
