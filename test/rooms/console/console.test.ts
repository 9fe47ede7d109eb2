import { describe, expect, it } from "vitest";
import { ALERT_RULES } from "../../../core/alert/rules.ts";
import { defineConsole } from "../../../workers/console/console.ts";

const serve = defineConsole();
const ORIGIN = "https://bulkhead.example";
const get = (path: string, init: RequestInit = {}) => serve(new Request(ORIGIN + path, init));
const text = async (path: string): Promise<string> => {
  const response = get(path);
  if (response === null) throw new Error(`${path} is not served`);
  return response.text();
};

/** Every file that the page needs, found by following it. */
async function reachable(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const waiting = ["/console"];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue;
    const body = await text(path);
    files.set(path, body);
    const linked = [...body.matchAll(/(?:href|src)="(\/console\/[^"]+)"|from "\.\/([^"]+)"/g)];
    for (const [, absolute, relative] of linked) waiting.push(absolute ?? `/console/${relative}`);
  }
  return files;
}

describe("the console's files", () => {
  it("are all served, each as what it is", async () => {
    const files = await reachable();
    expect([...files.keys()].filter((path) => path.endsWith(".js")).length).toBeGreaterThan(5);
    for (const path of files.keys()) {
      const type = get(path)?.headers.get("Content-Type");
      const expected = path.endsWith(".js")
        ? "text/javascript"
        : path.endsWith(".css")
          ? "text/css"
          : path.endsWith(".svg")
            ? "image/svg+xml"
            : "text/html";
      expect(type, path).toContain(expected);
    }
    expect(await text("/console/")).toBe(await text("/console"));
  });

  it.each(["/", "/consol", "/console/nothing", "/console/session", "/console/../v1/runs", "/console/constructor", "/v1/runs"])(
    "leave %s to others",
    (path) => {
      expect(get(path)).toBeNull();
    },
  );

  it.each(["POST", "PUT", "DELETE", "PATCH"])("answer nothing to %s", (method) => {
    expect(get("/console", { method })).toBeNull();
  });

  it("[CONSOLE-1] run nothing but our own, are framed by nobody, and send nothing anywhere else", async () => {
    for (const path of (await reachable()).keys()) {
      const headers = get(path)?.headers;
      const policy = new Map(
        headers
          ?.get("Content-Security-Policy")
          ?.split("; ")
          .map((part) => [part.split(" ")[0], part.split(" ").slice(1).join(" ")]),
      );
      expect(policy.get("default-src"), path).toBe("'none'");
      for (const source of ["script-src", "style-src", "connect-src", "img-src"]) expect(policy.get(source), source).toBe("'self'");
      for (const nobody of ["frame-ancestors", "base-uri", "form-action"]) expect(policy.get(nobody), nobody).toBe("'none'");
      expect(policy.get("require-trusted-types-for")).toBe("'script'");
      expect(headers?.get("X-Frame-Options")).toBe("DENY");
      expect(headers?.get("Referrer-Policy")).toBe("no-referrer");
      expect(headers?.get("X-Content-Type-Options")).toBe("nosniff");
    }
  });

  it("[CONSOLE-6] have the runbook of every alert, as plain text", async () => {
    for (const { id } of ALERT_RULES) {
      const answer = get(`/console/runbooks/${id}.md`);
      expect(answer?.headers.get("Content-Type"), id).toBe("text/plain; charset=utf-8");
      expect(await answer?.text(), id).toContain(`# Alert \`${id}\``);
    }
    expect(get("/console/runbooks/nothing.md")).toBeNull();
  });

  it("are kept by the browser and asked for again", async () => {
    const tag = get("/console")?.headers.get("ETag") ?? "";
    expect(get("/console")?.headers.get("Cache-Control")).toBe("no-cache");
    for (const named of [tag, `W/${tag}`, `"other", ${tag}`]) {
      expect(get("/console", { headers: { "If-None-Match": named } })?.status).toBe(304);
    }
    expect(get("/console", { headers: { "If-None-Match": '"other"' } })?.status).toBe(200);
    const head = get("/console", { method: "HEAD" });
    expect([head?.status, await head?.text()]).toEqual([200, ""]);
  });

  it("[CONSOLE-2] never make markup from text, and keep no key", async () => {
    for (const [path, body] of await reachable()) {
      if (!path.endsWith(".js")) continue;
      expect(body, path).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|srcdoc|\beval\b|Function\(/,
      );
      expect(body, path).not.toMatch(/localStorage|sessionStorage|indexedDB|document\.cookie/);
    }
  });

  it("load nothing from elsewhere, and nothing inline", async () => {
    for (const [path, body] of await reachable()) {
      const addresses = [...body.matchAll(/https?:\/\/[^\s"'`)]+/g)].map(([address]) => address);
      expect(
        addresses.filter((address) => address !== "http://www.w3.org/2000/svg"),
        path,
      ).toEqual([]);
      if (path === "/console") expect(body).not.toMatch(/<script(?![^>]*src=)|<style|\son[a-z]+=|\sstyle=/);
    }
  });

  it("are a page that says its language, title and landmarks", async () => {
    const page = await text("/console");
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    for (const part of ["<title>", 'name="viewport"', "<h1", "<main", "<nav aria-label=", "<header", 'class="skip" href="#main"'])
      expect(page).toContain(part);
  });
});
