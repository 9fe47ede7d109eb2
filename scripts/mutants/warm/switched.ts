/**
 * A source with all of its faults in it, each behind a question to `switch.ts`: one load of the sources serves every fault. Each operand is
 * written once, so that faults within faults do not multiply.
 */
import type { Mutant } from "../mutant.ts";

/** What is needed of a node of a syntax tree (ESTree). */
type Node = { readonly type: string; readonly start: number; readonly end: number; readonly [key: string]: unknown };
type Operation = Node & { readonly operator: string; readonly left: Node; readonly right: Node };

/** A fault, and its index by which the source asks for it. */
type Numbered = { readonly index: number; readonly mutant: Mutant };

/** One fault's changes: `open` before the node, `close` behind it, and what comes in place of a piece between. */
type Edit = {
  readonly node: Node;
  readonly at: number;
  readonly end: number;
  readonly open: string;
  readonly piece: Piece;
  readonly close: string;
};
type Piece = { readonly from: number; readonly to: number; readonly text: string };

const ASK = "__ask";
const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);
const LAZY = new Set(["&&", "||"]);
const OPERATIONS = new Set(["BinaryExpression", "LogicalExpression"]);
const NO_PIECE: Piece = { from: -1, to: -1, text: "" };

/**
 * `source`: without types, `tree`: of it. `apart`: faults that have no place of their own in the tree, or stand
 * outside of every function, which are planted one at a time.
 * `board`: the module that answers the questions.
 */
export function switched(source: string, tree: Node, faults: readonly Numbered[], board: string): { code: string; apart: number[] } {
  const nodes = nodesOf(tree);
  const edits: Edit[] = [];
  const apart: number[] = [];
  const functions = nodes.filter(({ type }) => FUNCTIONS.has(type));
  for (const fault of faults) {
    const { offset } = fault.mutant;
    const edit = editOf(nodes, fault);
    if (edit !== null) edits.push(edit);
    if (edit === null || !functions.some(({ start, end }) => start <= offset && offset < end)) apart.push(fault.index);
  }
  return { code: `import { ask as ${ASK} } from ${JSON.stringify(board)};${written(source, edits)}`, apart };
}

function editOf(nodes: readonly Node[], { index, mutant }: Numbered): Edit | null {
  const { offset, from } = mutant;
  const sign = from.trim();
  const startsHere = (type: string): Node | undefined => nodes.find((node) => node.type === type && node.start === offset);
  const asked = (name: string): string => `${ASK}[${JSON.stringify(name)}](${index}`;
  const around = (node: Node, open: string, piece: Piece, close: string): Edit => ({
    node,
    at: node.start,
    end: node.end,
    open,
    piece,
    close,
  });

  if (mutant.to === ";") {
    const node = startsHere("ExpressionStatement");
    return node?.end === offset + from.length ? around(node, `{ if (${asked("kept")})) `, NO_PIECE, " }") : null; // a block: an `else` behind it stays where it is
  }
  if (sign.startsWith("if (")) {
    const node = startsHere("IfStatement");
    const at = offset + "if (".length;
    const end = offset + from.lastIndexOf(")");
    return node === undefined ? null : { node, at, end, open: `${asked("kept")}) && (`, piece: NO_PIECE, close: ")" };
  }
  if (sign === "true" || sign === "false") {
    const node = startsHere("Literal");
    return node === undefined ? null : around(node, "", { from: node.start, to: node.end, text: `${asked(sign)})` }, "");
  }
  if (sign === "!") {
    const node = startsHere("UnaryExpression");
    return node === undefined ? null : around(node, "", { from: offset, to: offset + 1, text: `${asked("!")}, ` }, ")");
  }
  if (sign.startsWith("Math.")) {
    const node = startsHere("CallExpression");
    const text = `${asked(sign.slice("Math.".length, -1))}, `;
    return node === undefined ? null : around(node, "", { from: offset, to: offset + from.length, text }, "");
  }
  const [operator = ""] = sign.split(" ");
  const at = offset + from.indexOf(operator);
  const node = nodes.find((each): each is Operation => isOperation(each) && each.left.end <= at && at < each.right.start);
  if (node === undefined || node.operator !== operator) return null;
  // Faults that take an operand away do so only where the text that they take is the operand.
  if ((operator === "??" || operator === "+") && node.right.end !== offset + from.length) return null;
  if (!LAZY.has(operator)) return around(node, `${asked(operator)}, `, { from: at, to: at + operator.length, text: ", " }, ")");
  if (nodesOf(node.right).some(({ type }) => type === "AwaitExpression" || type === "YieldExpression")) return null;
  return around(node, `${asked(operator)}, `, { from: at, to: at + operator.length, text: ", () => (" }, "))");
}

const isOperation = (node: Node): node is Operation => OPERATIONS.has(node.type);

/** The outer before the inner where both begin at the same place, the inner before the outer where both end there. */
function written(source: string, edits: readonly Edit[]): string {
  const opens = new Map<number, string>();
  const closes = new Map<number, string>();
  const pieces = new Map<number, Piece>();
  const outerFirst = [...edits].sort((a, b) => a.node.start - b.node.start || b.node.end - a.node.end);
  for (const { at, end, open, piece, close } of outerFirst) {
    opens.set(at, (opens.get(at) ?? "") + open);
    closes.set(end, close + (closes.get(end) ?? ""));
    if (piece.from >= 0) pieces.set(piece.from, piece);
  }
  let out = "";
  let at = 0;
  while (at <= source.length) {
    out += (closes.get(at) ?? "") + (opens.get(at) ?? "");
    const piece = pieces.get(at);
    if (piece !== undefined) {
      out += piece.text;
      at = piece.to;
    } else out += source[at++] ?? "";
  }
  return out;
}

function nodesOf(tree: Node): Node[] {
  const found: Node[] = [];
  const open: unknown[] = [tree];
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) open.push(...value);
    else if (typeof value === "object" && value !== null) {
      if ("type" in value && "start" in value) found.push(value as Node);
      open.push(...Object.values(value));
    }
  }
  return found;
}
