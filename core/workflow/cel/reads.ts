/** Which fields an expression reads, told from its tree. Pure and total. */
import type { Node } from "./node.ts";

/** What an expression reads: `steps.a.output.total` is the root `steps` and the fields `a`, `output`, `total`. */
export type Read = {
  readonly root: string;
  readonly fields: readonly string[];
  /** `has(a.b)` asks for the last field, which need not be there. */
  readonly isAsked: boolean;
};

/** Every chain of fields and literal indexes that starts at a free variable, at its longest. */
export function readsIn(root: Node): Read[] {
  const reads: Read[] = [];
  const visit = (node: Node, bound: ReadonlySet<string>): void => {
    const chain = chainOf(node);
    if (chain !== null) {
      if (!bound.has(chain.root)) reads.push(chain);
      return;
    }
    switch (node.kind) {
      case "macro": {
        visit(node.over, bound);
        const inside = new Set([...bound, node.variable]);
        if (node.condition !== null) visit(node.condition, inside);
        if (node.transform !== null) visit(node.transform, inside);
        return;
      }
      case "map":
        for (const [key, value] of node.entries) {
          visit(key, bound);
          visit(value, bound);
        }
        return;
      default:
        for (const child of childrenOf(node)) visit(child, bound);
    }
  };
  visit(root, new Set());
  return reads;
}

function chainOf(node: Node): Read | null {
  if (node.kind === "variable") return { root: node.name, fields: [], isAsked: false };
  const token = node.kind === "index" ? literalKey(node.at) : node.kind === "field" || node.kind === "has" ? node.name : null;
  if (token === null || !("of" in node)) return null;
  const before = chainOf(node.of);
  return before === null ? null : { root: before.root, fields: [...before.fields, token], isAsked: node.kind === "has" };
}

const literalKey = (node: Node): string | null =>
  node.kind === "literal" && (typeof node.value === "string" || typeof node.value === "number") ? String(node.value) : null;

/** The nodes directly below one, those of macros and maps too. A body of a macro sees what the macro binds. */
export function partsOf(node: Node): readonly Node[] {
  if (node.kind === "macro") return [node.over, node.condition, node.transform].filter((part) => part !== null);
  return node.kind === "map" ? node.entries.flat() : childrenOf(node);
}

function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case "field":
    case "has":
    case "not":
    case "minus":
      return [node.of];
    case "index":
      return [node.of, node.at];
    case "call":
      return node.args;
    case "list":
      return node.items;
    case "choice":
      return [node.condition, node.whenTrue, node.whenFalse];
    case "logic":
    case "binary":
      return [node.left, node.right];
    default:
      return [];
  }
}
