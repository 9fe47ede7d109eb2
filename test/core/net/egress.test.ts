/** Where sandboxed code may send a request: every way to write an address, every list, every redirect. */
import { describe, expect, it } from "vitest";
import {
  afterRedirect,
  type EgressRefusal,
  type EgressRule,
  hostClass,
  isCredentialHeader,
  isWithheldHeader,
  refuseAddresses,
  refuseEgress,
  refuseMethod,
} from "../../../core/net/egress.ts";

const RULE: EgressRule = {
  toolHosts: ["api.example.com"],
  orgHosts: null,
  ownHosts: ["bulkhead.example.net"],
  allowPrivateHosts: false,
};
/** Lists whatever is asked for: only the other rules are left to refuse it. */
const listing = (url: string): EgressRule => ({ ...RULE, toolHosts: [new URL(url).host, new URL(url).hostname] });

describe("[EGRESS-1] sandboxed code reaches a host that the tool lists, and the org where it has a list", () => {
  it.each<[string, Partial<EgressRule>, string, EgressRefusal | null]>([
    ["the listed host", {}, "https://api.example.com/v1?q=1", null],
    ["the listed host with its port", {}, "https://api.example.com:443/", null],
    ["another host", {}, "https://api.example.org/", "not_listed"],
    ["a subdomain", {}, "https://x.api.example.com/", "not_listed"],
    ["a host that ends with it", {}, "https://evilapi.example.com/", "not_listed"],
    ["nothing listed", { toolHosts: [] }, "https://api.example.com/", "not_listed"],
    ["the org lists it too", { orgHosts: ["api.example.com"] }, "https://api.example.com/", null],
    ["the org lists others", { orgHosts: ["other.example.com"] }, "https://api.example.com/", "not_listed_by_org"],
    ["the org lists nothing", { orgHosts: [] }, "https://api.example.com/", "not_listed_by_org"],
  ])("%s", (_, rule, url, refusal) => expect(refuseEgress(new URL(url), { ...RULE, ...rule })).toBe(refusal));
});

describe("[EGRESS-2] only https on port 443 without user info, to public hosts that are not the deployment's own", () => {
  it.each<[string, EgressRefusal]>([
    ["http://api.example.com/", "not_https"],
    ["ftp://api.example.com/", "malformed"],
    ["data:text/plain,hello", "malformed"],
    ["https://api.example.com:8443/", "port"],
    ["https://user@api.example.com/", "credentials_in_url"],
    ["https://user:pass@api.example.com/", "credentials_in_url"],
    ["https://localhost/", "private_host"],
    ["https://printer.local/", "private_host"],
    ["https://metadata.google.internal/", "private_host"],
    ["https://intranet/", "private_host"],
    ["https://db.corp/", "private_host"],
    ["https://127.0.0.1/", "private_host"],
    ["https://127.1/", "private_host"],
    ["https://2130706433/", "private_host"],
    ["https://0x7f000001/", "private_host"],
    ["https://0x7f.0.0.1/", "private_host"],
    ["https://0177.0.0.1/", "private_host"],
    ["https://017700000001/", "private_host"],
    ["https://0/", "private_host"],
    ["https://169.254.169.254/latest/meta-data", "private_host"],
    ["https://2852039166/", "private_host"],
    ["https://0xa9fea9fe/", "private_host"],
    ["https://10.0.0.1/", "private_host"],
    ["https://100.64.0.1/", "private_host"],
    ["https://172.16.0.1/", "private_host"],
    ["https://192.168.1.1/", "private_host"],
    ["https://224.0.0.1/", "private_host"],
    ["https://255.255.255.255/", "private_host"],
    ["https://１２７.0.0.1/", "private_host"],
    ["https://127。0。0。1/", "private_host"],
    ["https://[::1]/", "private_host"],
    ["https://[::]/", "private_host"],
    ["https://[::ffff:127.0.0.1]/", "private_host"],
    ["https://[::ffff:a9fe:a9fe]/", "private_host"],
    ["https://[64:ff9b::169.254.169.254]/", "private_host"],
    ["https://[2002:7f00:1::]/", "private_host"],
    ["https://[fd00::1]/", "private_host"],
    ["https://[fe80::1]/", "private_host"],
    ["https://localhost./", "private_host"],
    ["https://printer.local./", "private_host"],
  ])("refuses %s although it is listed: %s", (url, refusal) => expect(refuseEgress(new URL(url), listing(url))).toBe(refusal));

  it.each(["https://bulkhead.example.net/v1/runs", "https://BULKHEAD.example.net/admin/kill-switch"])("refuses %s, its own host", (url) =>
    expect(refuseEgress(new URL(url), listing(url))).toBe("own_host"),
  );

  it("takes a public address that is listed", () =>
    expect(refuseEgress(new URL("https://93.184.215.14/"), listing("https://93.184.215.14/"))).toBeNull());
});

describe("on a developer's machine", () => {
  const rule = { ...RULE, allowPrivateHosts: true, toolHosts: ["localhost:8080", "api.example.com"] };
  it.each<[string, EgressRefusal | null]>([
    ["http://localhost:8080/", null],
    ["http://localhost:8081/", "not_listed"],
    ["http://169.254.169.254/", "not_listed"],
    ["http://u:p@localhost:8080/", "credentials_in_url"],
  ])("%s: %s", (url, refusal) => expect(refuseEgress(new URL(url), rule)).toBe(refusal));
});

describe("[EGRESS-3] a name is refused when one of its addresses is not public, and when it has none", () => {
  it.each<[readonly string[], EgressRefusal | null]>([
    [["93.184.215.14"], null],
    [["93.184.215.14", "[2606:2800:21f:cb07::1]"], null],
    [[], "unresolved"],
    [["93.184.215.14", "10.0.0.1"], "resolves_to_private"],
    [["[::1]"], "resolves_to_private"],
    [["[::ffff:127.0.0.1]"], "resolves_to_private"],
    [["2606:2800:21f:cb07::1"], "resolves_to_private"],
    [["not an address"], "resolves_to_private"],
    [["other.example.com"], "resolves_to_private"],
  ])("%j: %s", (addresses, refusal) => expect(refuseAddresses(addresses)).toBe(refusal));
});

describe("the class of a host", () => {
  it.each([
    ["https://api.example.com/secret", "listed"],
    ["https://data-goes-out.example.org/", "unlisted"],
    ["https://10.0.0.1/", "private"],
    ["https://bulkhead.example.net/", "own"],
  ])("%s: %s", (url, expected) => expect(hostClass(new URL(url), RULE)).toBe(expected));
  it("of what is no URL is unreadable", () => expect(hostClass(null, RULE)).toBe("unreadable"));
});

describe("methods, redirects and headers", () => {
  it.each(["CONNECT", "TRACE", "OPTIONS", "PURGE", "get"])("refuses the method %s", (method) =>
    expect(refuseMethod(method)).toBe("method"),
  );
  it.each(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])("takes the method %s", (method) => expect(refuseMethod(method)).toBeNull());
  it.each([
    [303, "POST", "GET", false],
    [303, "HEAD", "HEAD", true],
    [302, "POST", "GET", false],
    [301, "POST", "GET", false],
    [301, "PUT", "PUT", true],
    [307, "POST", "POST", true],
    [308, "DELETE", "DELETE", true],
  ])("after %i a %s is a %s, with its body: %s", (status, method, next, keepsBody) =>
    expect(afterRedirect(status, method)).toEqual({ method: next, keepsBody }),
  );
  it("[EGRESS-4] knows headers that carry a credential", () =>
    expect(["authorization", "cookie", "proxy-authorization", "x-api-key", "accept"].map(isCredentialHeader)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]));
  it("passes on no header of the platform or of one connection", () =>
    expect(
      ["host", "cf-connecting-ip", "x-forwarded-for", "bulkhead-run", "transfer-encoding", "accept", "content-type"].filter(
        isWithheldHeader,
      ),
    ).toEqual(["host", "cf-connecting-ip", "x-forwarded-for", "bulkhead-run", "transfer-encoding"]));
});
