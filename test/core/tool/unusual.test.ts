/** What a new version of a tool changes about where credentials go and what they allow. */
import { expect, it } from "vitest";
import { unusualOf } from "../../../core/tool/unusual.ts";
import { manifest } from "../../support/doubles/calls.ts";

const at = (url: string, scopes: string[] = ["read:orders"]) => manifest({ http: { ...manifest({}).http, url }, scopes });

it("[TOOLC-15] names another origin and further scopes, and nothing else", () => {
  const before = at("https://api.example.com/a");
  expect(unusualOf(null, before)).toBeNull();
  expect(unusualOf(before, at("https://API.example.com/b"))).toBeNull();
  expect(unusualOf(before, at("https://api.example.com/a", []))).toBeNull();
  expect(unusualOf(before, at("https://evil.example.com/a"))).toEqual({ destination: "https://evil.example.com", scopes: [] });
  expect(unusualOf(before, at("https://api.example.com:8443/a"))).toEqual({ destination: "https://api.example.com:8443", scopes: [] });
  expect(unusualOf(before, at("https://api.example.com/a", ["read:orders", "write:orders"]))).toEqual({
    destination: null,
    scopes: ["write:orders"],
  });
});
