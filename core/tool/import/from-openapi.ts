/**
 * The operations of an OpenAPI document (3.0 or 3.1) as manifests of kind `http`. Pure and total: whatever the document says, every operation
 * is taken or refused with a reason, and no reference is followed out of it.
 */
import { isObject, type Json, type JsonObject, own } from "../../json.ts";
import { err, ok, type Result } from "../../result.ts";
import { importedName } from "./name.ts";
import { resolve, standalone, UnreadableSchema } from "./schema-of-openapi.ts";
import { type ImportChoices, type RefusedTool, type SourceTool, type SourceTools, withoutNamesakes } from "./source.ts";

/** Methods of operations that are tools. HEAD, OPTIONS and TRACE say nothing that a workflow could use. */
const METHODS = ["get", "post", "put", "patch", "delete"] as const;
const MOST_DESCRIPTION = 4_096;
const MOST_PARAMETERS = 100;
const JSON_TYPE = /^application\/([\w.+-]+\+)?json\s*(;|$)/i;
/** What `{field}` in a tool's URL may be called. */
const FIELD = /^[A-Za-z0-9_.-]{1,128}$/;
/** The header with which an operation says that it answers again under a key (draft-ietf-httpapi-idempotency-key-header). */
const KEY_HEADER = "idempotency-key";

/** `at`: the address of the document, for servers that are relative to it; null: it was sent along. An error is about the document as a whole. */
export function toolsOfOpenApi(document: Json, at: string | null, choices: ImportChoices): Result<SourceTools, string> {
  if (!isObject(document)) return err("the document is not an object");
  const version = own(document, "openapi");
  if (typeof version !== "string" || !/^3\.[01]\.\d+/.test(version)) return err("the document must say `openapi: 3.0.x` or `3.1.x`");
  const paths = own(document, "paths");
  if (!isObject(paths)) return err("the document has no `paths`");
  const tools: SourceTool[] = [];
  const refused: RefusedTool[] = [];
  for (const [path, raw] of Object.entries(paths)) {
    const shared = readable(() => resolve(document, raw));
    if (!isObject(shared)) continue;
    for (const method of METHODS) {
      const operation = own(shared, method);
      if (!isObject(operation)) continue;
      const read = readOperation({ document, at, path, method, shared, operation, choices });
      if ("reason" in read) refused.push(read);
      else tools.push(read);
    }
  }
  return ok(withoutNamesakes({ tools, refused }));
}

type Operation = {
  readonly document: JsonObject;
  readonly at: string | null;
  readonly path: string;
  readonly method: (typeof METHODS)[number];
  /** The path item: what its operations share. */
  readonly shared: JsonObject;
  readonly operation: JsonObject;
  readonly choices: ImportChoices;
};

function readOperation(one: Operation): SourceTool | RefusedTool {
  const { path, method, operation, choices } = one;
  const id = own(operation, "operationId");
  const item = `${method.toUpperCase()} ${path}`;
  const name = importedName(choices.prefix, typeof id === "string" && id !== "" ? id : `${method} ${path}`);
  if (name === "") return { name, reason: "its name has no letter or digit" };
  try {
    return { item, name, ...manifestOf(one, name) };
  } catch (error) {
    if (error instanceof UnreadableSchema) return { name, reason: error.message };
    throw error;
  }
}

function manifestOf(one: Operation, name: string): Pick<SourceTool, "manifest" | "words"> {
  const { path, method, operation, choices } = one;
  const parameters = parametersOf(one);
  const isReading = method === "get";
  const effect = choices.effects.get(name) ?? (isReading ? "read" : "write");
  const body = isReading ? null : bodyOf(one);
  if (method === "delete" && body?.required === true) refuse("a DELETE with a body is not supported");
  const description = textOf(operation, "description") ?? textOf(operation, "summary") ?? "";
  if (description.length > MOST_DESCRIPTION) refuse(`its description is longer than ${MOST_DESCRIPTION} characters`);
  const sent = method === "delete" ? null : body;
  const { input, query } = inputOf(one, parameters, sent);
  const takesKey = parameters.some((parameter) => parameter.in === "header" && parameter.name.toLowerCase() === KEY_HEADER);
  const http = {
    url: `${baseOf(one)}${path}`,
    method: method.toUpperCase(),
    ...(sent === null && query.length === 0 ? {} : { query: [...query] }),
    ...(choices.secret === null ? {} : { secret: choices.secret }),
  };
  const output = outputOf(one);
  const manifest: JsonObject = {
    description,
    effect,
    kind: "http",
    http,
    input,
    output,
    // A service that does not say that it knows keys promises nothing.
    idempotency: effect !== "write" || takesKey ? "key" : "none",
  };
  return { manifest, words: { name, description: wordsOf(operation), input, output } };
}

/** Everything that the operation says beside its schemas. */
const wordsOf = (operation: JsonObject): JsonObject => ({
  operationId: own(operation, "operationId") ?? null,
  summary: own(operation, "summary") ?? null,
  description: own(operation, "description") ?? null,
});

type Parameter = { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: Json };

/** Those of the operation over those of its path. */
function parametersOf({ document, shared, operation }: Operation): readonly Parameter[] {
  const found = new Map<string, Parameter>();
  for (const raw of [listOf(shared, "parameters"), listOf(operation, "parameters")].flat()) {
    const parameter = resolve(document, raw);
    if (!isObject(parameter)) refuse("a parameter is not an object");
    const { name, in: place, required } = parameter as JsonObject;
    if (typeof name !== "string" || typeof place !== "string") return refuse("a parameter has no name or no place");
    const described = own(parameter as JsonObject, "description");
    const schema = own(parameter as JsonObject, "schema") ?? true;
    const told =
      typeof described === "string" && isObject(schema) && own(schema, "$ref") === undefined
        ? { description: described, ...schema }
        : schema;
    found.set(`${place} ${name}`, { name, in: place, required: required === true || place === "path", schema: told });
  }
  if (found.size > MOST_PARAMETERS) refuse(`it has more than ${MOST_PARAMETERS} parameters`);
  return [...found.values()];
}

type Body = { readonly schema: Json; readonly required: boolean };

function bodyOf({ document, operation }: Operation): Body | null {
  const body = resolve(document, own(operation, "requestBody"));
  if (!isObject(body)) return null;
  const content = own(body, "content");
  const json = isObject(content) ? Object.entries(content).find(([type]) => JSON_TYPE.test(type)) : undefined;
  const required = own(body, "required") === true;
  if (json === undefined) return required ? refuse("its body is not JSON") : null;
  return { schema: isObject(json[1]) ? (own(json[1], "schema") ?? true) : true, required };
}

/** One object of all that the operation takes. `query`: the fields that go there. */
function inputOf(
  { document, path, method }: Operation,
  parameters: readonly Parameter[],
  body: Body | null,
): { input: Json; query: readonly string[] } {
  const properties = new Map<string, Json>();
  const required: string[] = [];
  const query: string[] = [];
  const inPath = new Set([...path.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? ""));
  for (const parameter of parameters) {
    const { name } = parameter;
    if (parameter.in === "header" && name.toLowerCase() === KEY_HEADER) continue; // the gateway sets it
    if (parameter.in !== "path" && parameter.in !== "query") {
      if (parameter.required) refuse(`it needs a parameter in its ${parameter.in === "cookie" ? "cookies" : "headers"}`);
      continue;
    }
    if (parameter.in === "path" && !inPath.has(name)) continue;
    if (!isScalar(document, parameter.schema)) {
      if (parameter.required) refuse("a parameter of its address is a list or an object");
      continue;
    }
    if (!FIELD.test(name) && parameter.in === "path") refuse("a parameter of its path has a name that is not supported");
    if (properties.has(name)) refuse("two of its parameters have one name");
    properties.set(name, parameter.schema);
    if (parameter.required) required.push(name);
    if (parameter.in === "query") query.push(name);
    inPath.delete(name);
  }
  if (inPath.size > 0) refuse("a part of its path is no parameter");
  if (body === null)
    return {
      input: standalone(document, objectOf(properties, required, false)),
      query: method === "get" || method === "delete" ? [] : query,
    };
  if (properties.size === 0) {
    if (!isObjectSchema(document, body.schema)) refuse("its body is not an object");
    return { input: standalone(document, body.schema), query };
  }
  const flat = flatten(document, body.schema, { parts: 0 });
  for (const [name, schema] of flat.properties) {
    if (properties.has(name)) refuse("a parameter and a field of its body have one name");
    properties.set(name, schema);
  }
  if (body.required) required.push(...flat.required);
  return { input: standalone(document, objectOf(properties, required, flat.isOpen)), query };
}

const objectOf = (properties: ReadonlyMap<string, Json>, required: readonly string[], isOpen: boolean): JsonObject => ({
  type: "object",
  properties: Object.fromEntries(properties),
  ...(required.length === 0 ? {} : { required: [...new Set(required)] }),
  ...(isOpen ? {} : { additionalProperties: false }),
});

type Flat = { readonly properties: ReadonlyMap<string, Json>; readonly required: readonly string[]; readonly isOpen: boolean };

/** Parts of one body that are put together. */
const MOST_PARTS = 100;

/** The fields of an object, those of its `allOf` among them. */
function flatten(document: JsonObject, raw: Json, seen: { parts: number }): Flat {
  const schema = resolve(document, raw);
  if (++seen.parts > MOST_PARTS) return refuse("its body has too many parts");
  if (!isObject(schema)) return refuse("its body is not an object");
  if (["anyOf", "oneOf", "not", "if"].some((word) => Object.hasOwn(schema, word))) refuse("its body has several forms beside parameters");
  const parts = listOf(schema, "allOf").map((part) => flatten(document, part, seen));
  const fields = own(schema, "properties");
  if (own(schema, "type") !== undefined && own(schema, "type") !== "object") refuse("its body is not an object");
  const properties = new Map<string, Json>(parts.flatMap((part) => [...part.properties]));
  for (const [name, field] of isObject(fields) ? Object.entries(fields) : []) properties.set(name, field);
  const required = listOf(schema, "required").filter((name) => typeof name === "string");
  const isClosed =
    own(schema, "additionalProperties") === false ||
    (parts.length === 0 && isObject(fields) && own(schema, "additionalProperties") === undefined);
  return { properties, required: [...parts.flatMap((part) => part.required), ...required], isOpen: !isClosed };
}

/** The JSON answer of its first success; true: it declares none. */
function outputOf({ document, operation }: Operation): Json {
  const responses = own(operation, "responses");
  if (!isObject(responses)) return true;
  const code = Object.keys(responses)
    .filter((status) => /^2(\d\d|XX)$/i.test(status))
    .toSorted()[0];
  const response = code === undefined ? undefined : resolve(document, responses[code]);
  const content = isObject(response) ? own(response, "content") : undefined;
  if (!isObject(content) || Object.keys(content).length === 0) return true;
  const json = Object.entries(content).find(([type]) => JSON_TYPE.test(type));
  if (json === undefined) return refuse("its answer is not JSON");
  return isObject(json[1]) ? standalone(document, own(json[1], "schema") ?? true) : true;
}

/** The address of the operation's first server, its variables at their defaults. */
function baseOf({ document, at, shared, operation }: Operation): string {
  const server = [operation, shared, document].map((place) => listOf(place, "servers")[0]).find(isObject);
  const variables = server === undefined ? undefined : own(server, "variables");
  const url = (server === undefined ? "/" : (textOf(server, "url") ?? "/")).replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    const variable = isObject(variables) ? own(variables, name) : undefined;
    return isObject(variable) ? (textOf(variable, "default") ?? whole) : whole;
  });
  const absolute = /^https?:\/\//i.test(url) ? url : at === null ? refuse("its server has no absolute address") : relativeTo(at, url);
  return absolute.replace(/[?#].*$/, "").replace(/\/+$/, "");
}

/** RFC 3986 section 5.2, as far as servers use it: below the root, or beside the document. */
function relativeTo(at: string, url: string): string {
  const parts = /^(https?:\/\/[^/?#]+)([^?#]*)/i.exec(at);
  if (parts === null) return refuse("its server has no absolute address");
  if (url.startsWith("//")) return refuse("its server has no absolute address");
  if (url.startsWith("/")) return `${parts[1]}${url}`;
  return `${parts[1]}${(parts[2] ?? "").replace(/[^/]*$/, "")}${url}`;
}

function isScalar(document: JsonObject, raw: Json): boolean {
  const schema = resolve(document, raw);
  const type = isObject(schema) ? own(schema, "type") : undefined;
  return ![type].flat().some((one) => one === "object" || one === "array");
}

function isObjectSchema(document: JsonObject, raw: Json): boolean {
  const schema = resolve(document, raw);
  if (!isObject(schema)) return schema === true;
  const type = own(schema, "type");
  return type === undefined || type === "object" || (Array.isArray(type) && type.includes("object"));
}

const listOf = (place: JsonObject, name: string): readonly Json[] => {
  const list = own(place, name);
  return Array.isArray(list) ? list : [];
};
const textOf = (place: JsonObject, name: string): string | null => {
  const text = own(place, name);
  return typeof text === "string" ? text : null;
};

function refuse(reason: string): never {
  throw new UnreadableSchema(reason);
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnreadableSchema) return undefined;
    throw error;
  }
}
