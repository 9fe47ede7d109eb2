/**
 * The fields that only a tool of kind `isolate` has. Its code is parsed, not run: a module that imports nothing and has a default
 * export. The runtime allows no code from strings, so an import that is not in the text cannot happen later either.
 */
import { type AnyNode, type Node, parse } from "acorn";
import { isObject } from "../json.ts";
import { err, ok, type Result } from "../result.ts";
import type { Form } from "../workflow/form.ts";
import { SECRET_NAME } from "./check-http.ts";
import type { IsolateBinding } from "./manifest.ts";

/** Maximum UTF-16 units of a tool's code. The parser takes time with the square of how many names there are: a second for the worst of this length. */
const LONGEST_CODE = 65_536;
/** Maximum hosts that a pinned secret is sent to. */
const MOST_SECRETS = 20;

/** Why a deployment without a Worker Loader takes no such tool. */
export const NO_ISOLATES =
  "this deployment has no Worker Loader, which runs tools of kind `isolate`: it needs Workers Paid and `[[worker_loaders]]` in wrangler.toml (docs/running-it.md)";

/** Total: a field that is refused reads as its default. `egress`: the tool's list, as it was sent. */
export function readIsolate(form: Form): IsolateBinding {
  const isolate = form.form("isolate");
  if (isolate === null) {
    form.refuse("isolate", "`isolate` is missing");
    return { code: "" };
  }
  const code = isolate.text("code", { min: 1, max: LONGEST_CODE });
  const checked = code === "" || code.length > LONGEST_CODE ? ok(undefined) : checkCode(code);
  if (!checked.ok) isolate.refuse("code", checked.error);
  const secrets = readSecrets(isolate, form);
  isolate.close();
  return { code, ...(secrets === null ? {} : { secrets }) };
}

/** Names of secrets by host. A host that the tool does not list is never called, so a secret for it is a mistake. */
function readSecrets(isolate: Form, form: Form): NonNullable<IsolateBinding["secrets"]> | null {
  const raw = isolate.json("secrets");
  if (raw === undefined || raw === null) return null;
  if (!isObject(raw)) {
    isolate.refuse("secrets", "`secrets` must be an object of secret names by host");
    return null;
  }
  const egress = form.json("egress");
  const hosts = Array.isArray(egress) ? egress.map((host) => (typeof host === "string" ? host.toLowerCase() : "")) : [];
  const inner = isolate.form("secrets");
  if (inner === null) return null;
  if (Object.keys(raw).length > MOST_SECRETS) isolate.refuse("secrets", `\`secrets\` has more than ${MOST_SECRETS} hosts`);
  const read = Object.keys(raw).map((host): [string, string] => {
    if (!hosts.includes(host.toLowerCase())) inner.refuse(host, "is not a host of the tool's `egress`");
    return [host.toLowerCase(), inner.text(host, { max: 63, pattern: SECRET_NAME })];
  });
  return Object.fromEntries(read);
}

/** What is wrong with the code, with line and column. */
function checkCode(code: string): Result<undefined, string> {
  let program: AnyNode & { readonly type: "Program" };
  try {
    program = parse(code, { ecmaVersion: "latest", sourceType: "module" });
  } catch (error) {
    if (error instanceof SyntaxError && !error.message.startsWith("Not enough stack")) return err(`does not parse: ${flawOf(error)}`);
    return err("is nested too deeply"); // the parser ran out of stack
  }
  const importing = findImport(program);
  if (importing !== null) return err(`must not import anything (${placeOf(code, importing)}): the module has to stand alone`);
  const hasDefault = program.body.some(
    (node) =>
      node.type === "ExportDefaultDeclaration" ||
      (node.type === "ExportNamedDeclaration" && node.specifiers.some(({ exported }) => nameOf(exported) === "default")),
  );
  return hasDefault ? ok(undefined) : err("needs a default export: `export default async (input, ctx) => output`");
}

const nameOf = (exported: AnyNode): unknown =>
  exported.type === "Identifier" ? exported.name : exported.type === "Literal" ? exported.value : "";

/** The parser writes the place at the end, as `(3:5)`, columns from 0. */
const flawOf = ({ message }: SyntaxError): string =>
  message.replace(/ \((\d+):(\d+)\)$/, (_, line: string, column: string) => ` (line ${line}, column ${Number(column) + 1})`).slice(0, 200);

function placeOf(code: string, { start }: Node): string {
  const lines = code.slice(0, start).split("\n");
  return `line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}`;
}

const IMPORTS: ReadonlySet<string> = new Set(["ImportDeclaration", "ImportExpression", "ExportAllDeclaration"]);

/** The first node that takes anything from another module. Walks without recursion: code may be nested deeply. */
function findImport(program: Node): Node | null {
  const open: unknown[] = [program];
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) for (const item of value) open.push(item);
    else if (isNode(value)) {
      if (IMPORTS.has(value.type) || (value.type === "ExportNamedDeclaration" && "source" in value && value.source !== null)) return value;
      for (const child of Object.values(value)) if (typeof child === "object" && child !== null) open.push(child);
    }
  }
  return null;
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value && "start" in value;
