/** Answers a run's question before it does anything outside (core/workflow/authority.ts). Never throws: what cannot be decided is refused. */

import type { ModelEntry } from "../../core/model/entry.ts";
import { candidatesFor, type RouteChoice } from "../../core/model/route.ts";
import { reachesGuarded } from "../../core/tool/guarded.ts";
import type { ToolManifest } from "../../core/tool/manifest.ts";
import type { AuthorityAnswer, AuthorityQuestion } from "../../core/workflow/authority.ts";
import type { Access } from "./access.ts";

export type AuthorityPorts = {
  readonly access: Pick<Access, "permission">;
  /** The newest version; null: the org has no such tool. */
  tool(org: string, name: string): Promise<ToolManifest | null>;
  models(org: string): Promise<readonly ModelEntry[]>;
};

export type Authority = { authorize(question: AuthorityQuestion): Promise<AuthorityAnswer> };

type Refused = Extract<AuthorityAnswer, { kind: "refused" }>;
const refused = (code: Refused["code"], message: string, transient: boolean): Refused => ({ kind: "refused", code, message, transient });

export function defineAuthority(ports: AuthorityPorts): Authority {
  return {
    async authorize(question) {
      try {
        return question.kind === "tool" ? await aboutTool(ports, question) : await aboutModel(ports, question);
      } catch {
        return refused("internal", `whether this ${question.kind} may be called could not be decided`, true);
      }
    },
  };
}

async function aboutTool(ports: AuthorityPorts, question: Extract<AuthorityQuestion, { kind: "tool" }>): Promise<AuthorityAnswer> {
  const manifest = await ports.tool(question.caller.org, question.tool);
  if (manifest === null) return refused("not_found", `there is no tool \`${question.tool}\``, false);
  const permission = ports.access.permission({
    kind: "tool",
    caller: question.caller,
    tool: {
      org: question.caller.org,
      name: manifest.name,
      effect: manifest.effect,
      approval: manifest.approval,
      roles: manifest.allow?.roles ?? null,
    },
    circumstances: {
      chosen_by: question.chosenBy,
      guarded_reached: reachesGuarded(manifest.guarded, question.untrusted),
      compensation: question.compensation,
    },
  });
  const { name, version, effect, idempotency, timeout_ms } = manifest;
  return { kind: "tool", permission, facts: { tool: name, version, effect, idempotency, timeout_ms } };
}

async function aboutModel(ports: AuthorityPorts, question: Extract<AuthorityQuestion, { kind: "model" }>): Promise<AuthorityAnswer> {
  const { caller, model, task, fallback, holdsPersonalData } = question;
  const choice: RouteChoice = { model, task, fallback, holdsPersonalData };
  const { candidates, rejected } = candidatesFor(choice, await ports.models(caller.org));
  if (candidates.length === 0) {
    const asked = model === null ? `the task \`${task}\`` : `\`${model}\``;
    return refused("not_found", `no registered model may answer for ${asked}`, false);
  }
  const judged = candidates.map((candidate) => ({
    candidate,
    permission: ports.access.permission({ kind: "model", caller, org: caller.org, model: candidate.id }),
  }));
  const permitted = judged.filter(({ permission }) => permission.decision === "allow");
  const denied = judged.filter(({ permission }) => permission.decision !== "allow");
  const permission = (permitted[0] ?? denied[0])?.permission;
  if (permission === undefined) return refused("internal", "no policy decided about this model", true);
  return {
    kind: "model",
    permission,
    candidates: permitted.map(({ candidate }) => candidate),
    rejected: [...rejected, ...denied.map(({ candidate }) => ({ id: candidate.id, why: "denied by policy" }))],
  };
}
