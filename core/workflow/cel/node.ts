/** An expression as a tree of plain data: what the parser gives and the evaluator reads. */
import type { Json } from "../../json.ts";

/** Operators with two operands. `&&`, `||` and `?:` are nodes of their own. */
export type BinaryOperator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%" | "in";
/** Macros over a list: their body is evaluated for each item. */
export type MacroName = "all" | "exists" | "exists_one" | "map" | "filter";

/** One node of a parsed expression. */
export type Node =
  | { readonly kind: "literal"; readonly value: Json }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "field"; readonly of: Node; readonly name: string }
  | { readonly kind: "index"; readonly of: Node; readonly at: Node }
  | { readonly kind: "has"; readonly of: Node; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Node[] }
  | {
      readonly kind: "macro";
      readonly name: MacroName;
      readonly over: Node;
      readonly variable: string;
      /** null: every item counts. */
      readonly condition: Node | null;
      /** null: the item itself. */
      readonly transform: Node | null;
    }
  | { readonly kind: "list"; readonly items: readonly Node[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [Node, Node])[] }
  | { readonly kind: "choice"; readonly condition: Node; readonly whenTrue: Node; readonly whenFalse: Node }
  | { readonly kind: "logic"; readonly decisive: boolean; readonly left: Node; readonly right: Node }
  | { readonly kind: "not"; readonly of: Node }
  | { readonly kind: "minus"; readonly of: Node }
  | { readonly kind: "binary"; readonly operator: BinaryOperator; readonly left: Node; readonly right: Node };

/** A parsed expression and what it asks of its surroundings. */
export type Parsed = {
  readonly root: Node;
  /** Free variables, without those that a macro binds. */
  readonly variables: ReadonlySet<string>;
  /** Ids after `steps.`. */
  readonly steps: ReadonlySet<string>;
};
