/** The policy, as the engine meets it: it allows, asks for a person, denies, or is out of reach. */
import type { AuthorityAnswer, AuthorityQuestion, Permission } from "../../core/workflow/authority.ts";
import { MODELS } from "./definitions.ts";
import type { Dice } from "./dice.ts";
import { PRICE, WINDOW } from "./models.ts";
import { factsOf } from "./shop.ts";
import type { Trouble } from "./trouble.ts";

const POLICY = "policy-1";

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
    const decision: Permission["decision"] = struck === "policy denies" ? "deny" : asks ? "ask" : "allow";
    const permission = { decision, policyVersion: POLICY, reasons: [] };
    if (question.kind === "tool") return { kind: "tool", permission, facts: factsOf(question.tool) };
    const ids = [question.model ?? MODELS[0], ...question.fallback];
    return { kind: "model", permission, candidates: ids.map((id) => ({ id, price: PRICE, context: WINDOW })), rejected: [] };
  };
}
