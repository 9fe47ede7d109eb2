/** The policy, as the engine meets it: it allows, asks for a person, denies, or is out of reach. */
import { createHash } from "node:crypto";
import { mintId } from "../core/ids.ts";
import type { ModelTool } from "../core/model/message.ts";
import type { AuthorityAnswer, AuthorityQuestion, Permission } from "../core/workflow/authority.ts";
import { LIBRARY } from "./definitions.ts";
import type { Dice } from "./dice.ts";
import { PRICE, WINDOW } from "./models.ts";
import { GUARDED, MODELS } from "./random-definition.ts";
import { factsOf, isWorkflowTool } from "./shop.ts";
import type { Trouble } from "./trouble.ts";

const POLICY = "policy-1";
/** Ids of child runs sort before those of all others: a child is nobody's namesake. */
const CHILDREN_FROM = Date.UTC(2025, 0, 1);

const toolFor = (name: string): ModelTool => ({ name, description: "", input: true });

/** The same activity gets the same child. */
function childIn(run: string, activity: string, workflow: string): AuthorityAnswer {
  const definition = LIBRARY[workflow];
  if (definition === undefined) return { kind: "refused", code: "not_found", message: "no such workflow", transient: false };
  const hash = createHash("sha256").update(`${run}/${activity}`).digest();
  return {
    kind: "run",
    child: mintId("run", CHILDREN_FROM, hash.subarray(0, 10)),
    workflow,
    version: 1,
    digest: workflow,
    limits: definition.limits,
  };
}

/** A tool that is a workflow: its call starts the same child for the same activity. */
function toolAnswer({ tool, run, call }: Extract<AuthorityQuestion, { kind: "tool" }>, permission: Permission): AuthorityAnswer {
  const facts = factsOf(tool);
  if (!isWorkflowTool(tool)) return { kind: "tool", permission, facts };
  const child = childIn(run, call?.activity ?? "", tool.slice("workflow.".length));
  if (child.kind !== "run") return child;
  const { workflow, version, digest, limits } = child;
  return { kind: "tool", permission, facts: { ...facts, child: { run: child.child, workflow, version, digest, limits, output: true } } };
}

export function defineAuthority(dice: Dice, trouble: Trouble, rough: number) {
  return async (question: AuthorityQuestion): Promise<AuthorityAnswer> => {
    const struck = trouble.strike("authority", rough, [
      "policy broke",
      "registry out of reach",
      "registry out of reach",
      "policy denies",
    ] as const);
    if (struck === "policy broke") throw new Error("simulated");
    if (struck === "registry out of reach") return { kind: "refused", code: "upstream_unavailable", message: "simulated", transient: true };
    const asks = question.kind === "tool" && !question.compensation && dice.fate(`ask/${question.run}/${question.tool}`) < 0.12;
    const isGuarded =
      question.kind === "tool" &&
      question.tool === GUARDED.tool &&
      question.untrusted.some((pointer) => pointer === "" || pointer.startsWith(`/${GUARDED.field}`));
    const decision: Permission["decision"] = struck === "policy denies" ? "deny" : asks || isGuarded ? "ask" : "allow";
    if (question.kind === "run" && struck !== null)
      return { kind: "refused", code: "policy_denied", message: "simulated", transient: false };
    const permission = { decision, policyVersion: POLICY, reasons: [] };
    if (question.kind === "tool") return toolAnswer(question, permission);
    if (question.kind === "run") return childIn(question.run, question.activity, question.workflow);
    const ids = [question.model ?? MODELS[0], ...question.fallback];
    return {
      kind: "model",
      permission,
      // Some runs have models with little room: their agents must drop what they said.
      candidates: ids.map((id) => ({ id, price: PRICE, context: dice.fate(`window/${question.run}`) < 0.15 ? 1_000 : WINDOW })),
      rejected: [],
      tools: question.tools.map(toolFor),
    };
  };
}
