/**
 * Finds tests that cannot fail, or hardly: they say something of every member of a list that may be empty, bound a count from above
 * alone, or expect nothing at all. Reads sources only; `test/scripts/weak-tests.test.ts` runs it over all tests.
 */
import { parseSync } from "vite";

/** A place in a test, and what is weak there. */
export type Weakness = { readonly line: number; readonly why: string };

type Node = { readonly type: string; readonly start: number; readonly end: number; readonly [field: string]: unknown };

/** What each kind of weakness lacks, in words for whoever wrote the test. */
export const WHY = {
  every: "says something of every member of a list that may be empty: also expect its length, or compare the whole list",
  loop: "expects something in a loop over a list that may be empty: also expect its length",
  bound: "bounds a count from above alone: 0 passes; expect the number, or a lower bound too",
  nothing: "expects nothing",
  caught: "expects something only where an error is caught: use `rejects` or `toThrow`, or expect that it was thrown",
} as const;

const TESTS = new Set(["it", "test"]);
const UPPER = new Set(["toBeLessThan", "toBeLessThanOrEqual"]);
/** Matchers that an empty list or a count of 0 does not pass, whatever is expected (of a sensible expectation). */
const SHOWS =
  /\.(toHaveLength|toMatch|toEqual|toStrictEqual|toMatchObject|toContain|toContainEqual|toBeGreaterThan|toBeGreaterThanOrEqual|toBe)\(/;
/** A helper of this name fails the test by itself. */
const FAILING = /^(expect|assert|check|must|verify|holds|fails|see|compare|refused|is[A-Z]\w*Refused)/;

/** All weak places of a test file. */
export function weakTests(source: string): Weakness[] {
  const { program } = parseSync("test.ts", source);
  const nodes = nodesOf(program as unknown as Node);
  const text = ({ start, end }: Node): string => source.slice(start, end);
  const lineOf = ({ start }: Node): number => source.slice(0, start).split("\n").length;
  const helpers = failingHelpers(nodes, text);
  const found: Weakness[] = [];
  for (const test of nodes.filter(isTest)) {
    const body = callbackOf(test);
    if (body === null) continue;
    const inside = nodesWithin(nodes, body);
    const expects = inside.filter((node) => node.type === "CallExpression" && isExpectation(node, text));
    const note = (node: Node, kind: keyof typeof WHY): void => void found.push({ line: lineOf(node), why: WHY[kind] });
    const fails = inside.some((node) => node.type === "CallExpression" && failsItself(node, helpers, text));
    if (expects.length === 0 && !fails && !/\bthrow\b|\bexpect\b|fc\.assert/.test(text(body))) note(test, "nothing");
    const properties = inside.filter((node) => isCallOf(node, "property") || isCallOf(node, "asyncProperty"));
    /** What a property draws is empty in few of its many runs. */
    const isDrawn = ({ start, end }: Node): boolean => properties.some((property) => property.start <= start && property.end >= end);
    const isShown = (list: string, but: Node): boolean =>
      expects.some((other) => {
        if (other.start >= but.start && other.end <= but.end) return false;
        const said = text(other);
        return mentions(said, list) && SHOWS.test(said) && !/\.every\(|toEqual\(\[\]\)|toHaveLength\(0\)|toBe\(0\)/.test(said);
      }) || waitsFor(text(body), list);
    /** The list, or the one that it was filtered from: then none of many is a result. */
    const isAnyShown = (list: string, but: Node): boolean => {
      const from = filteredFrom(list, nodes, text);
      return isShown(list, but) || (from !== null && (isKnownFull(from, source) || isShown(from, but)));
    };
    for (const expectation of expects) {
      const said = text(expectation);
      const every = nodesWithin(inside, expectation).find((node) => isCallOf(node, "every"));
      if (every !== undefined && /\.toBe\(true\)$/.test(said)) {
        const list = rootOf(receiverOf(every), text);
        if (list !== null && !isShown(list, expectation)) note(expectation, "every");
      }
      const matcher = calleeName(expectation);
      if (matcher !== null && UPPER.has(matcher)) {
        const subject = subjectOf(expectation);
        const counted = subject === null ? "" : text(subject);
        if (
          isCount(counted, boundOf(expectation)) &&
          !isDrawn(expectation) &&
          !isAnyShown(counted.replace(/\.(length|size)$/, ""), expectation)
        )
          note(expectation, "bound");
      }
      const around = inside.find((node) => node.type === "CatchClause" && node.start <= expectation.start && node.end >= expectation.end);
      if (around !== undefined && !isDrawn(expectation) && !/expect\.(assertions|unreachable|hasAssertions)|throw new/.test(text(body)))
        note(expectation, "caught");
    }
    for (const loop of inside) {
      if (isDrawn(loop)) continue;
      const list = listOfLoop(loop);
      if (list === null || !expects.some(({ start, end }) => start > list.end && end <= loop.end)) continue;
      const root = rootOf(list, text);
      if (root === null || isKnownFull(root, source) || isShown(root, loop)) continue;
      // Of seeds, many of which may have none: what comes after all of them says how many there were.
      const outer = inside.find(({ type, start, end }) => type === "ForStatement" && start < loop.start && end >= loop.end);
      if (outer !== undefined && expects.some(({ start }) => start > outer.end)) continue;
      note(loop, "loop");
    }
  }
  return found.filter(({ line, why }, index) => found.findIndex((other) => other.line === line && other.why === why) === index);
}

/** Bounds from here on are of the size of a text, not of a number of things that happened. */
const LARGE = 1_000;

/** Something that is counted, by its name: a list's length, calls. */
const isCount = (counted: string, bound: number): boolean =>
  /^[\w.?[\]]*(\.length|\.size|[cC]alls|[cC]ount)$/.test(counted) && bound < LARGE;

/** The number that is expected; 0: it is computed. */
function boundOf(expectation: Node): number {
  const [bound] = expectation["arguments"] as Node[];
  return typeof bound?.["value"] === "number" ? bound["value"] : 0;
}

/** A node and all below it, each before those below it, in the order of the source. */
function nodesOf(tree: Node): Node[] {
  const found: Node[] = [];
  const open = [tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    found.push(node);
    const children: Node[] = [];
    for (const field in node) {
      const value = node[field];
      if (typeof value !== "object" || value === null) continue;
      for (const child of Array.isArray(value) ? value : [value])
        if (typeof child === "object" && child !== null && typeof (child as Node).type === "string") children.push(child as Node);
    }
    for (let at = children.length - 1; at >= 0; at--) open.push(children[at] as Node);
  }
  return found;
}

/** Of `nodes` in their order: `node` and all below it, which follow it. */
function nodesWithin(nodes: readonly Node[], node: Node): readonly Node[] {
  const from = nodes.indexOf(node);
  let to = from + 1;
  while (to < nodes.length && (nodes[to] as Node).start >= node.start && (nodes[to] as Node).end <= node.end) to++;
  return nodes.slice(from, to);
}

/** `it(…)`, `it.each(…)(…)`, `test.skipIf(…)(…)`. */
function isTest(node: Node): boolean {
  if (node.type !== "CallExpression") return false;
  let callee = node["callee"] as Node;
  while (callee.type === "CallExpression" || callee.type === "MemberExpression")
    callee = (callee.type === "CallExpression" ? callee["callee"] : callee["object"]) as Node;
  return callee.type === "Identifier" && TESTS.has(String(callee["name"])) && callbackOf(node) !== null;
}

const callbackOf = (node: Node): Node | null =>
  (node["arguments"] as Node[]).find(({ type }) => type === "ArrowFunctionExpression" || type === "FunctionExpression") ?? null;

const isCallOf = (node: Node, name: string): boolean => node.type === "CallExpression" && calleeName(node) === name;

function calleeName(node: Node): string | null {
  const callee = node["callee"] as Node;
  return callee.type === "MemberExpression" ? String((callee["property"] as Node)["name"] ?? "") : null;
}

const receiverOf = (call: Node): Node => (call["callee"] as Node)["object"] as Node;

/** `expect(x).toBe(y)`: the call of the matcher. */
const isExpectation = (node: Node, text: (node: Node) => string): boolean =>
  calleeName(node) !== null && /^to[A-Z]/.test(calleeName(node) ?? "") && /^expect(\.\w+)?\(/.test(text(node));

/** What `expect(…)` is about. */
function subjectOf(expectation: Node): Node | null {
  let node = expectation;
  while (node.type === "CallExpression" || node.type === "MemberExpression") {
    const next = (node.type === "CallExpression" ? node["callee"] : node["object"]) as Node;
    if (next.type === "Identifier") return node.type === "CallExpression" ? ((node["arguments"] as Node[])[0] ?? null) : null;
    node = next;
  }
  return null;
}

/** `world.sent` of `world.sent.slice(1).filter(…)`: the list that the others are made of. null: it is written out on the spot. */
function rootOf(list: Node, text: (node: Node) => string): string | null {
  let node = list;
  for (;;) {
    if (node.type === "CallExpression") {
      const callee = node["callee"] as Node;
      if (callee.type !== "MemberExpression") return text(node);
      if (
        ["from", "entries", "keys", "values"].includes(calleeName(node) ?? "") &&
        /^(Array|Object)$/.test(text(callee["object"] as Node))
      ) {
        const [first] = node["arguments"] as Node[];
        if (first === undefined || first.type === "ObjectExpression" || text(callee["property"] as Node) === "from") return null;
        node = first;
      } else node = callee["object"] as Node;
    } else if (["TSAsExpression", "TSNonNullExpression", "TSSatisfiesExpression", "ParenthesizedExpression"].includes(node.type))
      node = node["expression"] as Node;
    else if (node.type === "ArrayExpression") {
      const elements = node["elements"] as Node[];
      const spread = elements[0];
      if (elements.length !== 1 || spread?.type !== "SpreadElement") return null;
      node = spread["argument"] as Node;
    } else return node.type === "MemberExpression" || node.type === "Identifier" ? text(node) : null;
  }
}

/** `seeds` where `blocked` is declared as `seeds.filter(…)`; null: it is declared otherwise. */
function filteredFrom(list: string, nodes: readonly Node[], text: (node: Node) => string): string | null {
  for (const node of nodes) {
    const init = node.type === "VariableDeclarator" ? (node["init"] as Node | null) : null;
    if (init !== null && text(node["id"] as Node) === list && isCallOf(init, "filter")) return rootOf(receiverOf(init), text);
  }
  return null;
}

/** A constant of the file that is written out with members, or names of constants from elsewhere. */
function isKnownFull(list: string, source: string): boolean {
  const [name = ""] = list.split(/[^\w]/);
  if (/^[A-Z][A-Z_0-9]*$/.test(name)) return true;
  return new RegExp(
    `(const|let) ${name}(:[^=]+)? = (await Promise\\.all\\(\\s*)?(\\[\\s*[^\\s\\]]|Array\\.from\\(|\\{\\s*[^\\s}]|new (Map|Set)\\(\\[|\\[\\.\\.\\.Array)`,
  ).test(source);
}

/** The list of `for (… of list)` or `list.forEach(…)`; null: no such loop. */
function listOfLoop(node: Node): Node | null {
  if (node.type === "ForOfStatement") return node["right"] as Node;
  return isCallOf(node, "forEach") ? receiverOf(node) : null;
}

const mentions = (said: string, list: string): boolean => said.replace(/\s+/g, "").includes(list.replace(/\s+/g, ""));

/** The test waits until the list has members. */
const waitsFor = (body: string, list: string): boolean =>
  new RegExp(`(waitUntil|\\buntil)\\([^;]*${list.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`).test(body);

/** Functions of the file that expect something themselves, or call one that does. */
function failingHelpers(nodes: readonly Node[], text: (node: Node) => string): ReadonlySet<string> {
  const bodies = new Map<string, string>();
  for (const node of nodes) {
    if (node.type === "FunctionDeclaration") bodies.set(text(node["id"] as Node), text(node));
    const init = node.type === "VariableDeclarator" ? (node["init"] as Node | null) : null;
    if (init !== null && (node["id"] as Node).type === "Identifier") bodies.set(text(node["id"] as Node).split(":")[0] ?? "", text(init));
  }
  const failing = new Set<string>();
  for (let before = -1; before !== failing.size; ) {
    before = failing.size;
    for (const [name, body] of bodies)
      if (/\bexpect\(|\bexpect\.|throw /.test(body) || [...failing].some((other) => new RegExp(`\\b${other}\\b`).test(body)))
        failing.add(name);
  }
  return failing;
}

function failsItself(call: Node, helpers: ReadonlySet<string>, text: (node: Node) => string): boolean {
  const name = text(call["callee"] as Node).split(/[.(]/);
  return name.some((part) => helpers.has(part) || FAILING.test(part));
}
