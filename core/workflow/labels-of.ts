/**
 * The labels of what a template gives, read off its expressions: a place has the labels of every value that its expression reads. Where a
 * path is not known before the values are, the whole value counts. Which branch was taken counts as a value that was read.
 */

import { isObject, type Json } from "../json.ts";
import type { Label } from "../label/label.ts";
import { joined, type Labels, labelsAt, merged, placedAt, whole } from "../label/labels.ts";
import { unreachable } from "../result.ts";
import type { Node } from "./cel/node.ts";
import { parse } from "./cel/parse.ts";
import type { Template } from "./definition.ts";
import { expressionOf } from "./expression.ts";

/** The labels of what stands at a path below a variable (`steps`, `input` …). An empty path: of everything in the variable. */
export type Origin = (variable: string, path: readonly string[]) => Labels;

/** The labels of the template's value. `unread`: of an expression that cannot be parsed. */
export function labelsOfTemplate(template: Template, origin: Origin, unread: Label): Labels {
  const cel = expressionOf(template);
  if (cel !== null) {
    const parsed = parse(cel);
    return parsed.ok ? labelsOfNode(parsed.value.root, origin, new Set()) : whole(unread);
  }
  return merged(partsOf(template).map(([key, part]) => placedAt(key, labelsOfTemplate(part, origin, unread))));
}

const partsOf = (value: Json): readonly (readonly [string, Json])[] =>
  Array.isArray(value) ? value.map((item, index) => [String(index), item] as const) : isObject(value) ? Object.entries(value) : [];

/** `bound`: variables of macros. What they stand for is part of the list that the macro goes over, whose labels count already. */
function labelsOfNode(node: Node, origin: Origin, bound: ReadonlySet<string>): Labels {
  const path = pathOf(node);
  if (path !== null) return bound.has(path.variable) ? [] : origin(path.variable, path.tokens);
  const of = (child: Node): Labels => labelsOfNode(child, origin, bound);
  const all = (...children: readonly Labels[]): Labels => whole(joined(children.flat()));
  switch (node.kind) {
    case "literal":
    case "variable":
      return [];
    case "field":
      return labelsAt(of(node.of), [node.name]);
    case "index": {
      const token = tokenOf(node.at);
      return token === null ? all(of(node.of), of(node.at)) : labelsAt(of(node.of), [token]);
    }
    case "has":
      return all(of(node.of));
    case "not":
    case "minus":
      return all(of(node.of));
    case "call":
      return all(...node.args.map(of));
    case "macro": {
      const inner = new Set([...bound, node.variable]);
      const bodies = [node.condition, node.transform].flatMap((body) => (body === null ? [] : [labelsOfNode(body, origin, inner)]));
      return all(of(node.over), ...bodies);
    }
    case "list":
      return merged(node.items.map((item, index) => placedAt(String(index), of(item))));
    case "map": {
      const entries = node.entries.map(([key, value]) => ({ token: tokenOf(key), key, value }));
      if (entries.some(({ token }) => token === null)) return all(...entries.flatMap(({ key, value }) => [of(key), of(value)]));
      return merged(entries.map(({ token, value }) => placedAt(token ?? "", of(value))));
    }
    case "choice":
      return merged([all(of(node.condition)), of(node.whenTrue), of(node.whenFalse)]);
    case "logic":
    case "binary":
      return all(of(node.left), of(node.right));
    default:
      return unreachable(node);
  }
}

/** The variable and the fixed tokens of a chain such as `steps.a.output[0]`; null: it is no such chain. */
function pathOf(node: Node): { readonly variable: string; readonly tokens: readonly string[] } | null {
  const tokens: string[] = [];
  let at = node;
  for (;;) {
    if (at.kind === "variable") return { variable: at.name, tokens: tokens.reverse() };
    const token = at.kind === "field" ? at.name : at.kind === "index" ? tokenOf(at.at) : null;
    if (token === null || (at.kind !== "field" && at.kind !== "index")) return null;
    tokens.push(token);
    at = at.of;
  }
}

const tokenOf = (node: Node): string | null =>
  node.kind === "literal" && (typeof node.value === "string" || typeof node.value === "number") ? String(node.value) : null;
