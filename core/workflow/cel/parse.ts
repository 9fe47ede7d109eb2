/**
 * From text to tree. The grammar is that of `@marcbachmann/cel-js`; its evaluator is not used, since in these expressions all
 * numbers are doubles and every evaluation is metered. Unknown functions and unsafe patterns are found here, before any run.
 */
import { type ASTNode, Environment, ParseError } from "@marcbachmann/cel-js";
import { didYouMean } from "../../errors/unknown-name.ts";
import { compilePattern } from "../../pattern/pattern.ts";
import { err, ok, type Result } from "../../result.ts";
import { CEL_FUNCTIONS, celFunction } from "./functions.ts";
import type { BinaryOperator, MacroName, Node, Parsed } from "./node.ts";
import { parseErrorOf } from "./parse-error.ts";

/** UTF-16 units of one expression. */
const MAX_EXPRESSION_LENGTH = 4_096;
/** Levels of nesting, also of chains such as `a + b + c`. */
const MAX_DEPTH = 120;
const MAX_NODES = 2_000;
/** Expressions kept parsed. Parsing is a function of its text, so that forgetting one costs time and nothing else. */
const REMEMBERED = 1_000;

const grammar = new Environment({
  unlistedVariablesAreDyn: true,
  limits: { maxAstNodes: MAX_NODES, maxDepth: MAX_DEPTH, maxListElements: 500, maxMapEntries: 500, maxCallArguments: 8 },
});

const BINARY: ReadonlySet<string> = new Set<BinaryOperator>(["==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "in"]);
const MACROS: ReadonlySet<string> = new Set<MacroName>(["all", "exists", "exists_one", "map", "filter"]);

class Unparsable {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

function refuse(reason: string): never {
  throw new Unparsable(reason);
}

const remembered = new Map<string, Result<Parsed, string>>();

/** Total for any text; the error says why, in one line. */
export function parse(text: string): Result<Parsed, string> {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  if (text.length > MAX_EXPRESSION_LENGTH) return err(`it is longer than ${MAX_EXPRESSION_LENGTH} characters`);
  const parsed = parseAnew(text);
  const oldest = remembered.size >= REMEMBERED ? remembered.keys().next().value : undefined;
  if (oldest !== undefined) remembered.delete(oldest);
  remembered.set(text, parsed);
  return parsed;
}

function parseAnew(text: string): Result<Parsed, string> {
  try {
    const reading = new Reading();
    const root = reading.node(grammar.parse(withZeros(text)).ast, new Set(), 0);
    return ok({ root, variables: reading.variables, steps: reading.steps });
  } catch (thrown) {
    if (thrown instanceof Unparsable) return err(thrown.reason);
    if (thrown instanceof ParseError) return err(parseErrorOf(thrown, text, placeWithoutZeros(text)));
    return err("it cannot be read"); // a stack that ran out, say
  }
}

/** A text literal or a comment, which stay as they are; or a point that begins a number. */
const POINT_FIRST = /(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\/[^\n]*|(?<![\w)\]}."'?])(\.)(?=\d)/g;

/** `.5` as `0.5`, which the library's grammar asks for. */
const withZeros = (text: string): string =>
  text.replace(POINT_FIRST, (found, point: string | undefined) => (point === undefined ? found : "0."));

/** Where a place of `withZeros(text)` is in the text itself. */
function placeWithoutZeros(text: string): (place: number) => number {
  const points = Array.from(text.matchAll(POINT_FIRST)).flatMap(({ index, 1: point }) => (point === undefined ? [] : [index]));
  return (place) => place - points.filter((index, before) => index + before < place).length;
}

class Reading {
  readonly variables = new Set<string>();
  readonly steps = new Set<string>();
  #nodes = 0;

  node(ast: ASTNode, bound: ReadonlySet<string>, depth: number): Node {
    if (depth > MAX_DEPTH) refuse("it is nested too deeply");
    if (++this.#nodes > MAX_NODES) refuse("it is too large");
    const read = (child: ASTNode): Node => this.node(child, bound, depth + 1);
    switch (ast.op) {
      case "value":
        return { kind: "literal", value: literal(ast.args) };
      case "id":
        return this.#variable(ast.args, bound);
      case ".": {
        const [of, name] = ast.args;
        return this.#step(of, name, bound) ?? { kind: "field", of: read(of), name };
      }
      case "[]": {
        const [of, at] = ast.args;
        if (isSteps(of, bound) && at.op === "value" && typeof at.args === "string") return this.#stepNamed(at.args);
        return { kind: "index", of: read(of), at: read(at) };
      }
      case "call":
        return this.#call(ast.args[0], ast.args[1], read);
      case "rcall":
        return this.#method(ast.args[0], ast.args[1], ast.args[2], bound, depth);
      case "list":
        return { kind: "list", items: ast.args.map(read) };
      case "map":
        return { kind: "map", entries: ast.args.map(([key, value]) => [read(key), read(value)] as const) };
      case "?:": {
        const [condition, whenTrue, whenFalse] = ast.args;
        return { kind: "choice", condition: read(condition), whenTrue: read(whenTrue), whenFalse: read(whenFalse) };
      }
      case "||":
      case "&&": {
        const [left, right] = ast.args;
        return { kind: "logic", decisive: ast.op === "||", left: read(left), right: read(right) };
      }
      case "!_":
        return { kind: "not", of: read(ast.args) };
      case "-_":
        return { kind: "minus", of: read(ast.args) };
      default:
        if (!BINARY.has(ast.op)) return refuse(`\`${ast.op}\` is not supported`);
        return this.#binary(ast.op as BinaryOperator, ast.args as [ASTNode, ASTNode], read);
    }
  }

  #binary(operator: BinaryOperator, [left, right]: [ASTNode, ASTNode], read: (child: ASTNode) => Node): Node {
    return { kind: "binary", operator, left: read(left), right: read(right) };
  }

  #variable(name: string, bound: ReadonlySet<string>): Node {
    if (!bound.has(name)) {
      if (name === "steps") refuse("`steps` needs the id of a step, as in `steps.order.output`");
      this.variables.add(name);
    }
    return { kind: "variable", name };
  }

  /** `steps.order`: the one place where `steps` may stand. */
  #step(of: ASTNode, name: string, bound: ReadonlySet<string>): Node | null {
    return isSteps(of, bound) ? this.#stepNamed(name) : null;
  }

  #stepNamed(name: string): Node {
    this.variables.add("steps");
    this.steps.add(name);
    return { kind: "field", of: { kind: "variable", name: "steps" }, name };
  }

  #call(name: string, args: readonly ASTNode[], read: (child: ASTNode) => Node): Node {
    if (name === "has") {
      const [asked] = args;
      if (args.length !== 1 || asked?.op !== ".") return refuse("has() takes a field, as in `has(input.email)`");
      const field = read(asked);
      return field.kind === "field" ? { kind: "has", of: field.of, name: field.name } : refuse("has() takes a field");
    }
    const known = celFunction(name);
    if (known === null || known.asFunction.length === 0) return refuse(unknown("function", name, "asFunction"));
    if (!known.asFunction.includes(args.length)) return refuse(`${name}() does not take ${args.length} arguments`);
    return { kind: "call", name, args: args.map(read) };
  }

  #method(name: string, receiver: ASTNode, args: readonly ASTNode[], bound: ReadonlySet<string>, depth: number): Node {
    const read = (child: ASTNode): Node => this.node(child, bound, depth + 1);
    if (MACROS.has(name)) return this.#macro(name as MacroName, read(receiver), args, bound, depth);
    const known = celFunction(name);
    if (known === null || known.asMethod.length === 0) return refuse(unknown("method", name, "asMethod"));
    if (!known.asMethod.includes(args.length)) return refuse(`${name}() does not take ${args.length} arguments`);
    if (name === "matches") checkPattern(args[0]);
    return { kind: "call", name, args: [receiver, ...args].map(read) };
  }

  #macro(name: MacroName, over: Node, args: readonly ASTNode[], bound: ReadonlySet<string>, depth: number): Node {
    const [item, ...bodies] = args;
    if (item?.op !== "id") return refuse(`${name}() takes the name of an item first`);
    if (bodies.length !== 1 && !(name === "map" && bodies.length === 2)) return refuse(`${name}() does not take ${args.length} arguments`);
    const inner = new Set(bound).add(item.args);
    const [first, second] = bodies.map((body) => this.node(body, inner, depth + 1));
    if (first === undefined) return refuse(`${name}() has no body`);
    const shape = { kind: "macro", name, over, variable: item.args } as const;
    if (name !== "map") return { ...shape, condition: first, transform: null };
    return second === undefined ? { ...shape, condition: null, transform: first } : { ...shape, condition: first, transform: second };
  }
}

const isSteps = (ast: ASTNode, bound: ReadonlySet<string>): boolean => ast.op === "id" && ast.args === "steps" && !bound.has("steps");

/** The message for an unknown function: the form in which it exists, or the nearest name. */
function unknown(kind: "function" | "method", name: string, form: "asFunction" | "asMethod"): string {
  const known = celFunction(name);
  if (known !== null || (kind === "function" && MACROS.has(name)))
    return kind === "function"
      ? `\`${name}\` is called as a method, as in \`x.${name}()\``
      : `\`${name}\` is called as a function, as in \`${name}(x)\``;
  const names = CEL_FUNCTIONS.flatMap(([other, { [form]: counts }]) => (counts.length === 0 ? [] : [other]));
  return `there is no ${kind} \`${name}\`${didYouMean(name, names) || `; there are ${names.join(", ")}`}`;
}

/** All numbers are doubles, literals too. */
function literal(value: unknown): string | number | boolean | null {
  const whole = typeof value === "object" && value !== null ? value.valueOf() : value; // 1u
  if (typeof whole === "bigint") {
    const number = Number(whole);
    return Number.isSafeInteger(number)
      ? number
      : refuse(`the whole number ${whole} is beyond ±2^53, which a double does not hold; write it as a text`);
  }
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  return refuse("only texts, numbers, true, false and null can stand as literals");
}

/** A pattern is a literal in the expression, so that a flaw of it is told when the expression is registered. */
function checkPattern(pattern: ASTNode | undefined): void {
  const bound = pattern?.op === "value" && typeof pattern.args === "string" ? compilePattern(pattern.args, "flags") : null;
  if (bound === null) refuse("matches() takes a pattern that is a text literal");
  else if (!bound.ok) refuse(bound.error);
}
