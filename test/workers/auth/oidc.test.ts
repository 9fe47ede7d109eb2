/** Tokens of identity providers at the platform's door: a real provider (npm `oidc-provider`), and forgeries of our own making. */

import { timingSafeEqual } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { base64url, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import Provider from "oidc-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { abroad, isOnePerson, isOwnSignIn, rootOfNewKey } from "../../../core/access/person.ts";
import { type Auth, defineAuth } from "../../../workers/auth/auth.ts";
import { readIssuers } from "../../../workers/auth/oidc/issuers.ts";
import { defineProviders } from "../../../workers/auth/oidc/provider.ts";
import { defineSignIn, type SignIn } from "../../../workers/auth/oidc/sign-in.ts";

// The runtime's own (Workers, Web Crypto extension); Node has it elsewhere.
Object.assign(crypto.subtle, {
  timingSafeEqual: (a: ArrayBuffer, b: ArrayBuffer) => timingSafeEqual(new Uint8Array(a), new Uint8Array(b)),
});

const MINUTE = 60_000;
const NOW = Date.parse("2030-01-01T00:00:00Z");

type World = { readonly auth: Auth; readonly signIn: SignIn; readonly asked: string[]; readonly clock: { at: number } };

/** A door with these issuers. `fetch`: the network; every address it is asked for is kept. */
function doorWith(issuers: unknown, network: typeof fetch, at: number): World {
  const clock = { at };
  const asked: string[] = [];
  const read = readIssuers(JSON.stringify(issuers), true, "urn:bulkhead");
  expect(read.problems).toEqual([]);
  const mac = async (text: string) =>
    Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`key\n${text}`))).toString("hex");
  const ended = new Set<string>();
  const provider = {
    fetch: ((url: string, init?: RequestInit) => {
      asked.push(String(url));
      return network(url, init);
    }) as typeof fetch,
    now: () => clock.at,
    wait: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
    allowPrivateHosts: true,
  };
  const providers = defineProviders(provider);
  const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
  const auth = defineAuth({
    now: () => clock.at,
    random,
    adminApiKey: "",
    keyByHash: async () => null,
    sessions: { end: async (id) => void ended.add(id), isEnded: async (id) => ended.has(id) },
    sessionMac: mac,
    issuers: read.issuers,
    providers,
  });
  const signIn = defineSignIn({
    ...provider,
    issuers: read.issuers,
    providers,
    random,
    mac: (text) => mac(`sign-in\n${text}`),
    clientSecret: () => null,
  });
  return { auth, signIn, asked, clock };
}

const bearing = (token: string, headers: Record<string, string> = {}) =>
  new Request("https://bulkhead.test/v1/runs", { headers: { Authorization: `Bearer ${token}`, ...headers } });

describe("tokens", () => {
  const ISSUER = "https://id.test/tenant";
  const ENTRY = {
    issuer: ISSUER,
    audience: "bulkhead",
    algorithms: ["ES256", "RS256"],
    jwks_uri: "https://id.test/keys",
    org: "acme",
    roles: ["caller"],
  };
  type Keys = { privateKey: CryptoKey; publicJwk: JWK };
  const keysOf = async (alg: string, kid: string): Promise<Keys> => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
  };
  let first: Keys;
  let second: Keys;
  beforeAll(async () => {
    [first, second] = await Promise.all([keysOf("ES256", "one"), keysOf("RS256", "two")]);
  });
  const claims = (over: JWTPayload = {}): JWTPayload => ({
    iss: ISSUER,
    aud: "bulkhead",
    sub: "ann",
    iat: NOW / 1000,
    exp: NOW / 1000 + 300,
    ...over,
  });
  const sign = (payload: JWTPayload, keys = first, header: Record<string, unknown> = {}) =>
    new SignJWT(payload)
      .setProtectedHeader({ alg: keys.publicJwk.alg ?? "", kid: keys.publicJwk.kid ?? "", ...header })
      .sign(keys.privateKey);
  /** Publishes the keys that are in `published` when it is asked. */
  const publishing = (published: JWK[]) => (async () => Response.json({ keys: published })) as unknown as typeof fetch;
  const door = (entry: object = ENTRY, published: JWK[] = [first.publicJwk]) => doorWith([entry], publishing(published), NOW);
  const userOf = async ({ auth }: World, token: string) => (await auth.authenticate(bearing(token)))?.user ?? null;

  it("[OIDC-1] let in whom the issuer vouches for, with org, user and roles of its entry", async () => {
    const world = door({ ...ENTRY, for_others: true });
    const principal = await world.auth.authenticate(bearing(await sign(claims({ auth_time: NOW / 1000 - 60 }))));
    expect(principal).toMatchObject({
      org: "acme",
      user: "ann",
      roles: ["caller"],
      root: expect.stringMatching(/^login [0-9a-f]{26}$/),
      forOthers: true,
      platformAdmin: false,
    });
    expect(principal).toMatchObject({ credentialCreatedAt: NOW - MINUTE, credentialCreatedBy: null });
    expect(principal?.credential).toMatch(/^login_[0-9a-f]{26}$/);
  });

  it.each<[string, (sign: (payload: JWTPayload, keys?: Keys, header?: Record<string, unknown>) => Promise<string>) => Promise<string>]>([
    ["another issuer", async (sign) => sign(claims({ iss: "https://id.test/other" }))],
    ["an issuer that only begins like it", async (sign) => sign(claims({ iss: `${ISSUER}/` }))],
    ["another audience", async (sign) => sign(claims({ aud: "payroll" }))],
    ["no audience", async (sign) => sign({ ...claims(), aud: undefined } as unknown as JWTPayload)],
    ["an end in the past", async (sign) => sign(claims({ exp: NOW / 1000 - 61 }))],
    ["no end", async (sign) => sign({ iss: ISSUER, aud: "bulkhead", sub: "ann" })],
    ["a beginning in the future", async (sign) => sign(claims({ nbf: NOW / 1000 + 61 }))],
    ["a date in the future", async (sign) => sign(claims({ iat: NOW / 1000 + 61 }))],
    ["an end in milliseconds", async (sign) => sign(claims({ exp: NOW + 300_000 }))],
    ["an end beyond all dates", async (sign) => sign(claims({ exp: 8_640_000_000_001 }))],
    ["a beginning before all dates", async (sign) => sign(claims({ nbf: -1e300 }))],
    ["a sign-in that is no time", async (sign) => sign(claims({ auth_time: -1 }))],
    ["no subject", async (sign) => sign({ iss: ISSUER, aud: "bulkhead", exp: NOW / 1000 + 300 })],
    ["a subject that is no user's name", async (sign) => sign(claims({ sub: "ann smith" }))],
    ["a name that stands for nobody", async (sign) => sign(claims({ sub: "erased" }))],
    ["the platform admin's name", async (sign) => sign(claims({ sub: "platform-admin" }))],
    ["another key under the same id", async (sign) => sign(claims(), { ...second, publicJwk: { ...second.publicJwk, kid: "one" } })],
    ["a kind made for something else", async (sign) => sign(claims(), first, { typ: "logout+jwt" })],
    ["no signature", async () => `${base64url.encode('{"alg":"none"}')}.${base64url.encode(JSON.stringify(claims()))}.`],
    ["a signature cut off", async (sign) => (await sign(claims())).replace(/\.[^.]*$/, ".")],
    [
      "changed claims",
      async (sign) => {
        const [head, , tail] = (await sign(claims())).split(".");
        return `${head}.${base64url.encode(JSON.stringify(claims({ sub: "eve" })))}.${tail}`;
      },
    ],
    [
      "an HMAC with the public key",
      async () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: "HS256", kid: "one" })
          .sign(new TextEncoder().encode(JSON.stringify(first.publicJwk))),
    ],
    [
      "a key that it brings along",
      async (sign) => sign(claims(), { ...second, publicJwk: { ...second.publicJwk, kid: "mine" } }, { jwk: second.publicJwk }),
    ],
    ["a text that is no token", async () => "a.b.c"],
    ["16 kB", async (sign) => sign(claims({ pad: "x".repeat(16_000) }))],
  ])("[OIDC-2] refuses %s", async (_, make) => {
    expect(await userOf(door(), await sign(claims()))).toBe("ann");
    expect(await userOf(door(), await make(sign))).toBeNull();
  });

  it("[OIDC-2] takes a clock that is off by a minute, and no more", async () => {
    for (const [over, expected] of [
      [{ exp: NOW / 1000 - 59 }, "ann"],
      [{ nbf: NOW / 1000 + 59 }, "ann"],
      [{ iat: NOW / 1000 + 59 }, "ann"],
      [{ exp: NOW / 1000 - 60 }, null],
    ] as const) {
      expect(await userOf(door(), await sign(claims(over))), JSON.stringify(over)).toBe(expected);
    }
  });

  it("[OIDC-12] open a console session that ends with the token, and with the issuer's entry", async () => {
    const world = door();
    const opened = await world.auth.openSession(bearing(await sign(claims())));
    if (!opened.ok) throw new Error("refused");
    expect(opened).toMatchObject({ expiresAt: NOW + 5 * MINUTE, principal: { org: "acme", user: "ann", roles: ["caller"] } });
    const cookie = opened.cookie.split(";")[0] ?? "";
    const request = () => new Request("https://bulkhead.test/v1/runs", { headers: { Cookie: cookie, "Sec-Fetch-Site": "same-origin" } });
    expect(await world.auth.authenticate(request())).toMatchObject({ org: "acme", user: "ann", roles: ["caller"] });
    expect(await doorWith([], fetch, NOW).auth.authenticate(request())).toBeNull();
    expect(await door({ ...ENTRY, header: "cf-access-jwt-assertion" }).auth.authenticate(request())).toBeNull();
    world.clock.at += 5 * MINUTE;
    expect(await world.auth.authenticate(request())).toBeNull();
    const long = await door().auth.openSession(bearing(await sign(claims({ exp: NOW / 1000 + 86_400 }))));
    expect(long).toMatchObject({ ok: true, expiresAt: NOW + 8 * 60 * MINUTE });
    for (const token of [await sign(claims({ aud: "payroll" })), await sign(claims({ exp: NOW / 1000 - 30 })), "a.b.c", "nothing"])
      expect(await world.auth.openSession(bearing(token)), token).toEqual({ ok: false, key: null });
  });

  it("[OIDC-12] say when they end", async () => {
    expect(await door().auth.authenticate(bearing(await sign(claims())))).toMatchObject({ credentialExpiresAt: NOW + 5 * MINUTE });
  });

  it.each([
    ["its own client", { azp: "console" }, true],
    ["nobody", {}, true],
    ["another client", { azp: "payroll", aud: ["console", "payroll"] }, false],
    ["a client that is no text", { azp: ["console"] }, false],
  ] as [string, JWTPayload, boolean][])("[OIDC-8] take an ID token that was made for %s: %j %s", async (_whom, over, isIn) => {
    let idToken = "";
    const network = (async (url: string) => {
      if (url.endsWith("/keys")) return Response.json({ keys: [first.publicJwk] });
      if (url.endsWith("/token")) return Response.json({ id_token: idToken });
      const at = (path: string) => `${ISSUER}/${path}`;
      return Response.json({
        ...{ issuer: ISSUER, jwks_uri: at("keys"), authorization_endpoint: at("auth"), token_endpoint: at("token") },
      });
    }) as unknown as typeof fetch;
    const { jwks_uri: _uri, ...entry } = ENTRY;
    const world = doorWith([{ ...entry, audience: "console", login: { client_id: "console" } }], network, NOW);
    const begun = await world.signIn.begin(null, "https://bulkhead.test/console/callback");
    if (!begun.ok) throw new Error(begun.why);
    const asked = new URL(begun.location).searchParams;
    idToken = await sign(claims({ aud: "console", nonce: asked.get("nonce") ?? "", ...over }));
    const back = `https://bulkhead.test/console/callback?code=abc&state=${asked.get("state")}`;
    const request = new Request(back, { headers: { Cookie: begun.cookie.split(";")[0] ?? "" } });
    const finished = await world.signIn.finish(request, "https://bulkhead.test/console/callback");
    expect(finished).toMatchObject(isIn ? { ok: true, vouched: { user: "ann" } } : { ok: false, why: "refused_by_provider" });
  });

  it("[OIDC-2] counts no algorithm that its entry does not list", async () => {
    const token = await sign(claims(), second);
    const published = [first.publicJwk, second.publicJwk];
    expect(await userOf(door(ENTRY, published), token)).toBe("ann");
    expect(await userOf(door({ ...ENTRY, algorithms: ["ES256"] }, published), token)).toBeNull();
  });

  it("[OIDC-2] takes no short, private, symmetric or encryption key that an issuer publishes", async () => {
    const token = await sign(claims(), second);
    const privateJwk = await exportJWK(second.privateKey);
    for (const wrong of [
      { ...second.publicJwk, use: "enc" },
      { ...privateJwk, kid: "two" },
      { ...second.publicJwk, n: second.publicJwk.n?.slice(0, 171) },
    ]) {
      expect(await userOf(door(ENTRY, [wrong as JWK]), token)).toBeNull();
    }
    expect(await userOf(door(ENTRY, [second.publicJwk]), token)).toBe("ann");
  });

  it("[OIDC-3] picks up a rotated key at once, and asks once in 30 seconds whatever comes in", async () => {
    const published = [first.publicJwk];
    const world = door(ENTRY, published);
    const token = await sign(claims(), second);
    expect(await userOf(world, await sign(claims()))).toBe("ann");
    expect(world.asked).toHaveLength(1);
    published.push(second.publicJwk);
    expect(await userOf(world, token)).toBeNull();
    world.clock.at += 30_000;
    expect(await userOf(world, token)).toBe("ann");
    expect(world.asked).toHaveLength(2);
    const flood = await Promise.all(
      Array.from({ length: 50 }, (_, n) => sign(claims(), { ...first, publicJwk: { ...first.publicJwk, kid: `made-up-${n}` } })),
    );
    for (const madeUp of flood) expect(await userOf(world, madeUp)).toBeNull();
    expect(world.asked).toHaveLength(2);
    world.clock.at += 30_000;
    await Promise.all(flood.map((madeUp) => userOf(world, madeUp)));
    expect(world.asked).toHaveLength(3);
  });

  it("[OIDC-3] forgets a withdrawn key after ten minutes", async () => {
    const published = [first.publicJwk, second.publicJwk];
    const world = door(ENTRY, published);
    const token = await sign(claims({ exp: NOW / 1000 + 3600 }));
    expect(await userOf(world, token)).toBe("ann");
    published.shift();
    world.clock.at += 9 * MINUTE;
    expect(await userOf(world, token)).toBe("ann");
    world.clock.at += MINUTE;
    expect(await userOf(world, token)).toBeNull();
  });

  it("[OIDC-4] an issuer that does not answer is an outage, not a wrong token; known keys last an hour", async () => {
    let up = true;
    const network = (async () =>
      up ? Response.json({ keys: [first.publicJwk] }) : new Response("", { status: 500 })) as unknown as typeof fetch;
    const world = doorWith([ENTRY], network, NOW);
    const token = await sign(claims({ exp: NOW / 1000 + 7200 }));
    up = false;
    await expect(userOf(world, token)).rejects.toMatchObject({ name: "ProviderUnavailable", code: "overloaded" });
    up = true;
    world.clock.at += 30_000;
    expect(await userOf(world, token)).toBe("ann");
    up = false;
    world.clock.at += 59 * MINUTE;
    expect(await userOf(world, token)).toBe("ann");
    world.clock.at += MINUTE;
    await expect(userOf(world, token)).rejects.toMatchObject({ name: "ProviderUnavailable" });
  });

  it.each<[string, () => Response]>([
    ["redirects", () => new Response(null, { status: 302, headers: { Location: "https://id.test/elsewhere" } })],
    ["answers 65 kB", () => Response.json({ keys: [first.publicJwk], pad: "x".repeat(65 * 1024) })],
    ["answers no JSON", () => new Response("<html>")],
    ["answers a list", () => Response.json([first.publicJwk])],
  ])("[OIDC-4] believes no key set of an issuer that %s", async (_, answer) => {
    const world = doorWith([ENTRY], (async () => answer()) as unknown as typeof fetch, NOW);
    await expect(userOf(world, await sign(claims()))).rejects.toMatchObject({ name: "ProviderUnavailable" });
    expect(world.asked).toHaveLength(1);
  });

  it("[OIDC-5] reads org, user and roles from claims, nested ones too, and only orgs that the entry lists", async () => {
    const entry = {
      ...{ issuer: ISSUER, audience: ["other", "bulkhead"], algorithms: ["ES256"], jwks_uri: "https://id.test/keys" },
      ...{ org_claim: "https://acme.test/org", orgs: ["acme", "beta"], user_claim: "email", roles_claim: "/realm_access/roles" },
    };
    const world = door(entry);
    const named = { email: "ann@acme.test", realm_access: { roles: ["reviewer", "root", "caller"] } };
    const who = async (over: JWTPayload) => world.auth.authenticate(bearing(await sign(claims({ ...named, ...over }))));
    expect(await who({ "https://acme.test/org": "beta" })).toMatchObject({
      org: "beta",
      user: "ann@acme.test",
      roles: ["caller", "reviewer"],
    });
    expect(await who({ "https://acme.test/org": ["acme", "elsewhere"] })).toMatchObject({ org: "acme" });
    for (const org of ["elsewhere", ["acme", "beta"], "", null, 7, "constructor"])
      expect(await who({ "https://acme.test/org": org }), String(org)).toBeNull();
    expect(await who({ "https://acme.test/org": "acme", realm_access: {} })).toMatchObject({ roles: [] });
    expect(await who({ "https://acme.test/org": "acme", email: 7 })).toBeNull();
  });

  it("[OIDC-5] names nobody with what cannot be seen or is a card's or an identity's number; a mail address only where a claim was chosen for it", async () => {
    const world = door({ ...ENTRY, user_claim: "name" });
    const who = async (name: string) => (await world.auth.authenticate(bearing(await sign(claims({ name })))))?.user ?? null;
    for (const wrong of [
      "ri\u200bta",
      "rit\u202ea",
      "rit\u0001a",
      "rita\u007f",
      "rit\u0085a",
      "4111111111111111",
      "DE89370400440532013000",
      "ida-at-example-dot-org",
    ])
      expect(await who(wrong), wrong).toBeNull();
    for (const right of ["rita", "auth0|5f7c8ec7", "rita@example.org", "María"]) expect(await who(right)).toBe(right);
  });

  it("[OIDC-11] takes the user for the subject where a provider leaves it out, and one login for one person whatever its name", async () => {
    const world = door({ ...ENTRY, user_claim: "uid" });
    const { sub: _, ...without } = claims({ uid: "ann" });
    const first = await world.auth.authenticate(bearing(await sign(without)));
    expect(first).toMatchObject({ user: "ann" });
    const [joe1, joe2] = [
      await world.auth.authenticate(bearing(await sign(claims({ sub: "s1", uid: "joe1" })))),
      await world.auth.authenticate(bearing(await sign(claims({ sub: "s1", uid: "joe2" })))),
    ];
    if (joe1 === null || joe2 === null || first === null) throw new Error("nobody came in");
    expect(isOnePerson(joe1, joe2)).toBe(true);
    expect(isOnePerson(joe1, first)).toBe(false);
    expect(isOnePerson(joe1, { user: "platform-admin", root: "platform-admin" })).toBe(false);
    expect([isOwnSignIn(joe1), rootOfNewKey(joe1), abroad(joe1, "acme").root]).toEqual([true, "joe1", "acme/joe1"]);
    // No user can be called like the root of a login.
    expect(isOwnSignIn({ user: "bob", root: "login_x" })).toBe(false);
  });

  it("[OIDC-6] a token of Cloudflare Access counts from its header, and from a browser only as a cookie would", async () => {
    const access = { ...ENTRY, header: "cf-access-jwt-assertion" };
    const world = door(access);
    const token = await sign(claims());
    const asked = (headers: Record<string, string>, method = "GET") =>
      world.auth.authenticate(
        new Request("https://bulkhead.test/v1/runs", { method, headers: { "Cf-Access-Jwt-Assertion": token, ...headers } }),
      );
    expect(await asked({})).toMatchObject({ user: "ann" });
    expect(await asked({ "Sec-Fetch-Site": "same-origin", Cookie: "CF_Authorization=x" })).toMatchObject({ user: "ann" });
    expect(await asked({ "Sec-Fetch-Site": "same-origin", "X-Bulkhead-Console": "1" }, "POST")).toMatchObject({ user: "ann" });
    for (const headers of [{ "Sec-Fetch-Site": "cross-site" }, { Origin: "https://evil.test" }, { Cookie: "CF_Authorization=x" }]) {
      expect(await asked(headers), JSON.stringify(headers)).toBeNull();
    }
    expect(await asked({ "Sec-Fetch-Site": "same-origin" }, "POST")).toBeNull();
    expect(await userOf(world, token)).toBeNull();
    expect(await userOf(door(), token)).toBe("ann");
  });
});

describe("a real provider", () => {
  let server: Server;
  let issuer: string;
  const REDIRECT = "https://bulkhead.test/console/callback";

  beforeAll(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const signing = await generateKeyPair("RS256", { extractable: true });
    const provider = new Provider(issuer, {
      clients: [
        { client_id: "robot", client_secret: "robot-secret", grant_types: ["client_credentials"], redirect_uris: [], response_types: [] },
        {
          client_id: "console",
          token_endpoint_auth_method: "none",
          redirect_uris: [REDIRECT],
          grant_types: ["authorization_code"],
          response_types: ["code"],
        },
      ],
      jwks: { keys: [{ ...(await exportJWK(signing.privateKey)), use: "sig", alg: "RS256", kid: "signing" }] },
      cookies: { keys: ["cookie-key"] },
      features: {
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => "urn:bulkhead:api",
          getResourceServerInfo: () => ({ scope: "", audience: "urn:bulkhead:api", accessTokenFormat: "jwt", accessTokenTTL: 300 }),
        },
      },
      claims: { openid: ["sub", "groups"] },
      conformIdTokenClaims: false,
      findAccount: async (_: unknown, id: string) => ({
        accountId: id,
        claims: async () => ({ sub: id, groups: ["reviewer", "operator"] }),
      }),
    });
    server.on("request", provider.callback());
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const entries = () => [
    {
      ...{ issuer, audience: "urn:bulkhead:api", algorithms: ["RS256"], org: "acme", user_claim: "sub", roles: ["caller"] },
    },
    {
      ...{ issuer, audience: "console", algorithms: ["RS256"], org: "acme", roles_claim: "groups" },
      login: { client_id: "console", label: "Acme" },
    },
  ];

  it("[OIDC-7] lets in a client with its own credentials, by discovery alone", async () => {
    const world = doorWith(entries(), fetch, Date.now());
    const answer = await fetch(`${issuer}/token`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded", Authorization: `Basic ${btoa("robot:robot-secret")}` },
      body: "grant_type=client_credentials",
    });
    const { access_token } = (await answer.json()) as { access_token: string };
    expect(await world.auth.authenticate(bearing(access_token))).toMatchObject({ org: "acme", user: "robot", roles: ["caller"] });
    expect(world.asked).toEqual([`${issuer}/.well-known/openid-configuration`, `${issuer}/jwks`]);
    const other = doorWith([{ ...entries()[0], audience: "urn:elsewhere" }], fetch, Date.now());
    expect(await other.auth.authenticate(bearing(access_token))).toBeNull();
  });

  /** A browser that signs in as this user at the provider's own pages; answers the address it is sent back to. */
  async function signInAt(location: string, user: string): Promise<string> {
    const jar = new Map<string, string>();
    const visit = async (url: string, form?: Record<string, string>): Promise<string> => {
      const answer = await fetch(url, {
        redirect: "manual",
        headers: {
          Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; "),
          ...(form ? { "Content-Type": "application/x-www-form-urlencoded" } : {}),
        },
        ...(form ? { method: "POST", body: new URLSearchParams(form).toString() } : {}),
      });
      for (const cookie of answer.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        jar.set(name, value);
      }
      const next = new URL(answer.headers.get("Location") ?? url, url).href;
      if (next.startsWith(REDIRECT)) return next;
      if (!next.includes("/interaction/") || form !== undefined) return visit(next);
      const page = await (
        await fetch(next, { headers: { Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") } })
      ).text();
      return visit(next, page.includes('value="login"') ? { prompt: "login", login: user, password: "any" } : { prompt: "consent" });
    };
    return visit(location);
  }

  const cookieOf = (setCookie: string) => setCookie.split(";")[0] ?? "";

  it("[OIDC-8] signs a person in to the console: code, PKCE, state and nonce, and a session that ends with the issuer's entry", async () => {
    const world = doorWith(entries(), fetch, Date.now());
    expect(world.signIn.choices).toEqual([{ issuer, label: "Acme" }]);
    const begun = await world.signIn.begin(null, REDIRECT);
    if (!begun.ok) throw new Error(begun.why);
    expect(begun.cookie).toMatch(/^__Host-bulkhead-login=.*; Path=\/; Max-Age=600; HttpOnly; Secure; SameSite=Lax$/);
    const asked = new URL(begun.location).searchParams;
    expect(asked.get("code_challenge_method")).toBe("S256");
    expect(begun.location).not.toContain(
      JSON.parse(Buffer.from(cookieOf(begun.cookie).split("=")[1]?.split(".")[0] ?? "", "base64url").toString()).verifier,
    );
    const back = await signInAt(begun.location, "rita");
    const finished = await world.signIn.finish(new Request(back, { headers: { Cookie: cookieOf(begun.cookie) } }), REDIRECT);
    if (!finished.ok) throw new Error(finished.why);
    const session = await world.auth.openLoginSession(finished.vouched);
    expect(session.principal).toMatchObject({
      org: "acme",
      user: "rita",
      roles: ["reviewer", "operator"],
      credentialCreatedAt: world.clock.at,
    });

    const withCookie = (auth: Auth, cookie = cookieOf(session.cookie)) =>
      auth.authenticate(new Request("https://bulkhead.test/v1/runs", { headers: { Cookie: cookie, "Sec-Fetch-Site": "same-origin" } }));
    expect(await withCookie(world.auth)).toMatchObject({ org: "acme", user: "rita", roles: ["reviewer", "operator"] });
    // The code is spent, the cookie of another sign-in does not fit, and a session does not outlive its entry.
    expect(await world.signIn.finish(new Request(back, { headers: { Cookie: cookieOf(begun.cookie) } }), REDIRECT)).toEqual({
      ok: false,
      why: "refused_by_provider",
    });
    expect(await withCookie(doorWith([], fetch, Date.now()).auth)).toBeNull();
    expect(await withCookie(doorWith([{ ...entries()[1], org: "beta" }], fetch, Date.now()).auth)).toBeNull();
    expect(await withCookie(world.auth, cookieOf(session.cookie).replace(/login~./, "login~f"))).toBeNull();
    world.clock.at += 8 * 60 * MINUTE;
    expect(await withCookie(world.auth)).toBeNull();
  });

  it("[OIDC-8] ends no sign-in that did not begin in this browser, was forged, mixed up, or took ten minutes", async () => {
    const world = doorWith(entries(), fetch, Date.now());
    const begin = async () => {
      const begun = await world.signIn.begin(issuer, REDIRECT);
      if (!begun.ok) throw new Error(begun.why);
      return begun;
    };
    const finish = (url: string, cookie: string) => world.signIn.finish(new Request(url, { headers: { Cookie: cookie } }), REDIRECT);
    const [mine, theirs] = [await begin(), await begin()];
    const back = await signInAt(theirs.location, "eve");
    const fails = { ok: false, why: "not_begun_here" };
    expect(await finish(back, "")).toEqual(fails);
    expect(await finish(back, cookieOf(mine.cookie))).toEqual(fails);
    expect(
      await finish(
        back,
        cookieOf(theirs.cookie).replace(/.$/, (last) => (last === "0" ? "1" : "0")),
      ),
    ).toEqual(fails);
    const mixed = new URL(back);
    mixed.searchParams.set("iss", "https://other.test");
    expect(await finish(mixed.href, cookieOf(theirs.cookie))).toEqual({ ok: false, why: "refused_by_provider" });
    const denied = new URL(REDIRECT);
    denied.searchParams.set("state", new URL(theirs.location).searchParams.get("state") ?? "");
    denied.searchParams.set("error", "access_denied");
    expect(await finish(denied.href, cookieOf(theirs.cookie))).toEqual({ ok: false, why: "refused_by_provider" });
    world.clock.at += 10 * MINUTE;
    expect(await finish(back, cookieOf(theirs.cookie))).toEqual(fails);
    expect(await world.signIn.begin("https://elsewhere.test", REDIRECT)).toEqual({ ok: false, why: "no_provider" });
  });

  it("[OIDC-8] lets in nobody whom the entry gives no role", async () => {
    const [, login] = entries();
    const world = doorWith([{ ...login, roles_claim: "nothing" }], fetch, Date.now());
    const begun = await world.signIn.begin(null, REDIRECT);
    if (!begun.ok) throw new Error(begun.why);
    const back = await signInAt(begun.location, "nobody");
    expect(await world.signIn.finish(new Request(back, { headers: { Cookie: cookieOf(begun.cookie) } }), REDIRECT)).toEqual({
      ok: false,
      why: "not_let_in",
    });
  });
});

describe("the variable", () => {
  const GOOD = { issuer: "https://id.example.com", audience: "bulkhead", algorithms: ["ES256"], org: "acme", roles: ["caller"] };
  it.each<[string, unknown]>([
    ["no algorithm", { ...GOOD, algorithms: [] }],
    ["none", { ...GOOD, algorithms: ["none"] }],
    ["an HMAC", { ...GOOD, algorithms: ["ES256", "HS256"] }],
    ["no audience", { ...GOOD, audience: [] }],
    ["an empty audience", { ...GOOD, audience: "" }],
    ["http", { ...GOOD, issuer: "http://id.example.com" }],
    ["a private host", { ...GOOD, issuer: "https://10.0.0.1" }],
    ["keys at a private host", { ...GOOD, jwks_uri: "https://169.254.169.254/keys" }],
    ["credentials in the address", { ...GOOD, issuer: "https://a:b@id.example.com" }],
    ["neither org nor claim", { ...GOOD, org: undefined }],
    ["a claim without a list of orgs", { ...GOOD, org: undefined, org_claim: "org" }],
    ["org and claim", { ...GOOD, org_claim: "org", orgs: ["acme"] }],
    ["neither roles nor claim", { ...GOOD, roles: undefined }],
    ["a role that does not exist", { ...GOOD, roles: ["root"] }],
    ["a word that nobody knows", { ...GOOD, audiences: ["x"] }],
    ["this deployment itself", { ...GOOD, issuer: "https://bulkhead.example.com" }],
  ])("[OIDC-10] with %s counts for nothing, as a whole", (_, entry) => {
    const read = readIssuers(JSON.stringify([GOOD, entry]), false, "https://bulkhead.example.com");
    expect(read.issuers).toEqual([]);
    expect(read.problems.length).toBeGreaterThan(0);
    expect(readIssuers(JSON.stringify([GOOD]), false, "https://bulkhead.example.com").issuers).toHaveLength(1);
  });

  it("[OIDC-10] that is no JSON, or no list, counts for nothing", () => {
    for (const text of ["", "{", "{}", "null", '"x"']) expect(readIssuers(text, false, "urn:x").issuers, text).toEqual([]);
    expect(readIssuers(null, false, "urn:x")).toEqual({ issuers: [], problems: [] });
  });
});
