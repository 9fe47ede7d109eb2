/**
 * The permission matrix: who may call which tool, as an ordered list of rules, and its form in Cedar. It only forbids: what it allows is
 * still for the other policies to permit. Pure.
 */
import { ROLES } from "../access/principal.ts";

/** One rule. `tool` and `resource`: a name, a beginning followed by `*`, or `*`. */
export type PermissionRule = {
  /** A role, or `*`. */
  readonly role: string;
  readonly tool: string;
  /** What the tool's scopes name: `orders` of `read:orders`. `own:` before it: only in runs about the caller's own data. */
  readonly resource: string;
  readonly effect: "allow" | "deny" | "ask";
};

/** Maximum rules of an org: a decision looks at all of them in the worst case. */
export const MOST_RULES = 50;

/** A name, or its beginning and `*`. Nothing that needs an escape in Cedar. */
const PATTERN = /^(?:[A-Za-z0-9._:/-]{1,128}\*?|\*)$/;
const OWN = "own:";

/** What is wrong with a field of a rule; null: nothing. */
export function flawOfRule(field: "role" | "tool" | "resource", text: string): string | null {
  if (field === "role")
    return text === "*" || (ROLES as readonly string[]).includes(text) ? null : `is \`*\` or a role: ${ROLES.join(", ")}`;
  const pattern = field === "resource" && text.startsWith(OWN) ? text.slice(OWN.length) : text;
  return PATTERN.test(pattern) ? null : "is a name, the beginning of one followed by `*`, or `*`";
}

/** Ids of the two policies that a matrix becomes. */
const PERMISSION_POLICIES = { call: "permissions.call", unattended: "permissions.unattended" } as const;

/**
 * Two prohibitions: of calls that no rule allows, and of calls that a rule allows after a person was asked. The rules are read backwards
 * into one expression, in which the first one that matches decides and nothing after it counts. Rules in a row with the same effect are
 * one condition, so that the expression is as deep as the effect changes.
 */
export function cedarOf(rules: readonly PermissionRule[]): string {
  return [
    prohibition(
      PERMISSION_POLICIES.call,
      "tool.call",
      chain(rules, ({ effect }) => effect !== "deny"),
    ),
    prohibition(
      PERMISSION_POLICIES.unattended,
      "tool.call_unattended",
      chain(rules, ({ effect }) => effect === "allow"),
    ),
  ].join("\n");
}

const prohibition = (id: string, action: string, unless: string): string =>
  `@id("${id}")\nforbid (principal, action == Action::"${action}", resource)\nunless { ${unless} };\n`;

function chain(rules: readonly PermissionRule[], isLetThrough: (rule: PermissionRule) => boolean): string {
  const groups: { readonly through: boolean; readonly rules: PermissionRule[] }[] = [];
  for (const rule of rules) {
    const through = isLetThrough(rule);
    const last = groups.at(-1);
    if (last?.through === through) last.rules.push(rule);
    else groups.push({ through, rules: [rule] });
  }
  return groups.reduceRight((rest, { through, rules: same }) => {
    const matches = same.map(conditionOf).join(" || ");
    return through ? `((${matches}) || ${rest})` : `(!(${matches}) && ${rest})`;
  }, "false");
}

function conditionOf({ role, tool, resource }: PermissionRule): string {
  const isOwn = resource.startsWith(OWN);
  const thing = isOwn ? resource.slice(OWN.length) : resource;
  const parts = [
    ...(role === "*" ? [] : [`principal in Role::"${role}"`]),
    ...(tool === "*" ? [] : [tool.endsWith("*") ? `resource.name like "${tool}"` : `resource.name == "${tool}"`]),
    ...(isOwn ? ["context.own"] : []),
    // A list of words: a beginning stands after a blank, a whole word between two.
    ...(thing === "*" ? [] : [thing.endsWith("*") ? `resource.resources like "* ${thing}"` : `resource.resources like "* ${thing} *"`]),
  ];
  return parts.length === 0 ? "true" : `(${parts.join(" && ")})`;
}

/** What a tool's scopes name, as the matrix reads it: ` orders customers `. */
export const resourcesOf = (scopes: readonly string[]): string => {
  const names = [...new Set(scopes.map((scope) => scope.slice(scope.indexOf(":") + 1)))];
  return names.length === 0 ? " " : ` ${names.join(" ")} `;
};
