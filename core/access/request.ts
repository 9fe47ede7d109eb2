/**
 * Who, what and which, as the policies see them (policies/schema.cedarschema): a question of this platform as a request to Cedar.
 * Pure; decides nothing.
 */
import type { JsonObject } from "../json.ts";
import type { Circumstances } from "./circumstances.ts";

/** Who a question of access is about. */
export type Asker = { readonly org: string; readonly user: string; readonly roles: readonly string[]; readonly platformAdmin: boolean };

/** What a question is about. `owner` is the user whose thing it is; "" is nobody. */
export type Target =
  | { readonly type: "Thing"; readonly org: string; readonly owner: string }
  | { readonly type: "Switch"; readonly org: string; readonly owner: string; readonly scope: string | null }
  | {
      readonly type: "Tool";
      readonly org: string;
      readonly name: string;
      readonly effect: "none" | "read" | "write";
      readonly approval: "never" | "always" | "policy";
      /** What its scopes name, between blanks (core/policy/permissions.ts). */
      readonly resources: string;
      /** null: every role. */
      readonly roles: readonly string[] | null;
    }
  | { readonly type: "Model" | "Host" | "Collection" | "Memory"; readonly org: string; readonly name: string };

/** May this principal do this to that? PERSISTED: with each decision about a call, in journals and in the audit log. */
export type AccessQuestion = {
  readonly principal: Asker;
  /** `run.start`, `tool.call` … */
  readonly action: string;
  readonly resource: Target;
  /** For the actions that an org's own policies may decide; the others have none. */
  readonly context?: Circumstances;
};

type Uid = { type: string; id: string };
type Entity = { uid: Uid; attrs: JsonObject; parents: Uid[] };

/** The question in the form that Cedar takes. */
export type CedarRequest = { principal: Uid; action: Uid; resource: Uid; context: JsonObject; entities: Entity[] };

/** The entities of this one question; those of the roles (policies/entities.json) are the caller's to add. */
export function toCedarRequest({ principal, action, resource, context }: AccessQuestion): CedarRequest {
  const who: Uid = { type: "User", id: `${principal.org}/${principal.user}` };
  const { type, ...facts } = resource;
  const which: Uid = { type, id: "name" in facts ? `${facts.org}/${facts.name}` : facts.org };
  return {
    principal: who,
    action: { type: "Action", id: action },
    resource: which,
    context: context === undefined ? {} : toCedarContext(context),
    entities: [
      {
        uid: who,
        attrs: { org: principal.org, name: principal.user, platform_admin: principal.platformAdmin },
        parents: principal.roles.map((id) => ({ type: "Role", id })),
      },
      { uid: which, attrs: attributesOf(facts), parents: [] },
    ],
  };
}

/** Cedar has no fractions: money is a `decimal` of four digits, rounded up. What the policies do not read may be missing. */
const toCedarContext = ({ spent_usd: usd, tools_called: tools, ...plain }: Partial<Circumstances>): JsonObject => ({
  ...plain,
  ...(tools === undefined ? {} : { tools_called: [...tools] }),
  ...(usd === undefined ? {} : { spent_usd: { __extn: { fn: "decimal", arg: (Math.ceil(usd * 10_000 - 1e-6) / 10_000).toFixed(4) } } }),
});

/** Optional attributes are absent where this platform has null. */
function attributesOf(facts: { readonly [name: string]: string | null | readonly string[] }): JsonObject {
  const attributes: JsonObject = {};
  for (const [name, value] of Object.entries(facts)) {
    if (value === null) continue;
    attributes[name] = typeof value === "string" ? value : value.map((id) => ({ __entity: { type: "Role", id } }));
  }
  return attributes;
}

/** What an action of the HTTP interface is about: kill switches have a scope, everything else is a thing of an org. */
export function targetOf(
  action: string,
  about: { readonly org: string; readonly owner?: string; readonly attributes?: JsonObject },
): Target {
  const owner = about.owner ?? "";
  if (!action.startsWith("kill.")) return { type: "Thing", org: about.org, owner };
  const scope = about.attributes?.["scope"];
  return { type: "Switch", org: about.org, owner, scope: typeof scope === "string" ? (scope.split(":")[0] ?? scope) : null };
}
