/** The contract as one page, rendered from the OpenAPI document: no script, nothing loaded from elsewhere. */
import { ERRORS } from "../../core/errors/codes.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";

const METHODS = ["get", "post", "put", "delete"] as const;
/** Definitions refer to each other; a page shows this many levels and then the name. */
const SHAPE_DEPTH = 3;

export function docsPage(document: JsonObject): string {
  const info = objectAt(document, "info");
  const tags = listAt(document, "tags");
  const sections = tags.map((tag) => section(document, text(tag["name"]), text(tag["description"])));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(text(info["title"]))}: HTTP contract</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escaped(text(info["title"]))} <small>${escaped(text(info["version"]))}</small></h1>
<p>${inline(text(info["description"]))} The same as data: <a href="/openapi.json">/openapi.json</a>.</p></header>
<nav>${tags.map((tag) => `<a href="#${anchor(text(tag["name"]))}">${escaped(text(tag["name"]))}</a>`).join(" ")} <a href="#errors">errors</a></nav>
<main>
${sections.join("\n")}
${errors()}
</main>
</body>
</html>
`;
}

function section(document: JsonObject, tag: string, description: string): string {
  const operations = Object.entries(objectAt(document, "paths")).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = isObject(item) ? item[method] : undefined;
      return isObject(operation) && listTexts(operation["tags"]).includes(tag) ? [operationHtml(document, method, path, operation)] : [];
    }),
  );
  return `<section id="${anchor(tag)}"><h2>${escaped(tag)}</h2><p>${inline(description)}</p>${operations.join("\n")}</section>`;
}

function operationHtml(document: JsonObject, method: string, path: string, operation: JsonObject): string {
  const parameters = listAt(operation, "parameters").map(
    (parameter) =>
      `<li><code>${escaped(text(parameter["name"]))}</code> in ${escaped(text(parameter["in"]))}${parameter["required"] === true ? ", required" : ""} ${inline(text(parameter["description"]))}</li>`,
  );
  const body = objectAt(objectAt(objectAt(operation, "requestBody"), "content"), "application/json")["schema"];
  const answers = Object.entries(objectAt(operation, "responses")).map(
    ([status, answer]) => `<li><code>${status}</code> ${inline(text(isObject(answer) ? answer["description"] : ""))}</li>`,
  );
  return `<details id="${anchor(`${method} ${path}`)}"><summary><b class="${method}">${method.toUpperCase()}</b> <code>${escaped(path)}</code> ${inline(text(operation["summary"]))}</summary>
${parameters.length > 0 ? `<h4>Parameters</h4><ul>${parameters.join("")}</ul>` : ""}
${body === undefined ? "" : `<h4>Body</h4><pre>${escaped(shape(document, body, SHAPE_DEPTH, ""))}</pre>`}
<h4>Answers</h4><ul>${answers.join("")}</ul></details>`;
}

/** A schema as a reader wants it: fields, `?` where they may be absent, kinds. */
function shape(document: JsonObject, schema: Json, depth: number, indent: string): string {
  if (!isObject(schema)) return "any";
  const reference = text(schema["$ref"]);
  if (reference !== "") {
    const name = reference.slice(reference.lastIndexOf("/") + 1);
    return depth === 0 ? name : shape(document, objectAt(objectAt(document, "components"), "schemas")[name] ?? true, depth - 1, indent);
  }
  if (Array.isArray(schema["enum"])) return schema["enum"].map((value) => JSON.stringify(value)).join(" | ");
  if (isObject(schema["items"])) return `[${shape(document, schema["items"], depth, indent)}]`;
  const properties = Object.entries(objectAt(schema, "properties"));
  if (properties.length === 0) return text(schema["description"]) || listTexts(schema["type"]).join(" | ") || text(schema["type"]) || "any";
  const required = listTexts(schema["required"]);
  const inner = `${indent}  `;
  const fields = properties.map(
    ([name, value]) => `${inner}${name}${required.includes(name) ? "" : "?"}: ${shape(document, value, depth, inner)}`,
  );
  return `{\n${fields.join("\n")}\n${indent}}`;
}

function errors(): string {
  const entries = Object.entries(ERRORS).map(
    ([code, spec]) =>
      `<dt id="error-${code}"><code>${code}</code> <small>${spec.status}</small></dt><dd>${escaped(spec.title)}. ${inline(spec.advice)}</dd>`,
  );
  return `<section id="errors"><h2>errors</h2><p>Every error is <code>application/problem+json</code> with one of these codes.</p><dl>${entries.join("\n")}</dl></section>`;
}

const objectAt = (value: JsonObject, key: string): JsonObject => {
  const found = value[key];
  return isObject(found) ? found : {};
};
const listAt = (value: JsonObject, key: string): JsonObject[] => {
  const found = value[key];
  return Array.isArray(found) ? found.filter(isObject) : [];
};
const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
const listTexts = (value: Json | undefined): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === "string") : []);
const anchor = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
const escaped = (value: string): string =>
  value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
/** Escaped, with what stands in backticks as code. */
const inline = (value: string): string => escaped(value).replace(/`([^`]*)`/g, "<code>$1</code>");

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
nav a { margin-right: .6rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { padding: .6rem; border: 1px solid #8886; overflow-x: auto; }
summary { cursor: pointer; padding: .3rem 0; }
summary b { display: inline-block; min-width: 4.5rem; }
details { border-bottom: 1px solid #8884; }
h4 { margin: .6rem 0 .2rem; }
dt { margin-top: .6rem; }
:target { outline: 2px solid; }
`;
