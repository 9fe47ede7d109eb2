/** Hosts that an org lists: the one rule for callbacks, tools and secrets. */
import { expect, it } from "vitest";
import { isListedHost } from "../../../core/net/listed-host.ts";

it.each<[string, readonly string[], string, boolean]>([
  ["the host", ["api.example"], "https://api.example/x", true],
  ["the host on any port", ["api.example"], "https://api.example:8443/x", true],
  ["the host and port", ["api.example:8443"], "https://api.example:8443/x", true],
  ["another port", ["api.example:8443"], "https://api.example:9443/x", false],
  ["the scheme's own port where one is named", ["api.example:8443"], "https://api.example/x", false],
  ["an entry in capitals", ["API.Example"], "https://api.example/x", true],
  ["a part of the name", ["example"], "https://api.example/x", false],
  ["a name that ends with it", ["api.example"], "https://evil-api.example/x", false],
  ["a name that ends with it and no hyphen", ["api.example"], "https://evilapi.example/x", false],
  ["a port that begins with the listed one", ["api.example:84"], "https://api.example:8443/x", false],
  ["a longer name", ["api.example"], "https://api.example.evil/x", false],
  ["a name in the path", ["api.example"], "https://evil.example/api.example", false],
  ["no entry", [], "https://api.example/x", false],
  ["an empty entry", [""], "https://api.example/x", false],
])("[GATE-4] [MODEL-4] %s", (_, hosts, url, listed) => expect(isListedHost(new URL(url), hosts)).toBe(listed));
