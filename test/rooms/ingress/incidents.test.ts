/** Incidents over HTTP: who sees and changes them, and what is on record. */
import { expect, it } from "vitest";
import { makeWorld } from "../../support/ingress-fakes.ts";

type Body = Record<string, unknown>;

it("[INC-3] are opened, owned and resolved by people of the org, each change on record; others see nothing of them", async () => {
  const world = makeWorld();
  const operator = await world.makeKey(["operator"]);
  const caller = await world.makeKey(["caller"]);
  const send = async (method: string, path: string, key: string, body?: unknown) => {
    const answer = await world.send(method, path, { key, ...(body === undefined ? {} : { body }) });
    return { status: answer.status, body: (await answer.json().catch(() => ({}))) as Body };
  };
  const opened = await send("POST", "/v1/incidents", operator, { title: "refunds are paid twice", severity: "critical" });
  expect(opened).toMatchObject({ status: 201, body: { status: "open", severity: "critical", owner: null, opened_by: "ada" } });
  for (const sent of [undefined, {}])
    expect(await send("POST", "/v1/incidents", operator, sent)).toMatchObject({ status: 201, body: { title: "opened by hand" } });
  const path = `/v1/incidents/${opened.body["id"]}`;
  for (const owner of ["jane.roe@example.org", "4111111111111111", "+491701234567", "\u202eevil", "erased", "Dashboard"])
    expect(await send("PUT", path, operator, { owner }), owner).toMatchObject({ status: 400, body: { errors: [{ path: "/owner" }] } });
  expect(await send("PUT", path, operator, { status: "resolved" })).toMatchObject({ status: 400, body: { errors: [{ path: "/owner" }] } });
  expect(await send("PUT", path, operator, { status: "resolved", owner: "ada", postmortem: "mail bob@example.com" })).toMatchObject({
    status: 200,
    body: { status: "resolved", owner: "ada" },
  });
  const read = await send("GET", path, operator);
  expect(read).toMatchObject({ status: 200, body: { status: "resolved", timeline: [], runs: [] } });
  expect((await send("GET", "/v1/incidents", operator)).body["data"]).toContainEqual(expect.objectContaining({ id: opened.body["id"] }));
  expect(world.records.map(({ record }) => record.event_type)).toEqual(expect.arrayContaining(["incident.opened", "incident.changed"]));
  for (const [method, sent] of [
    ["GET", undefined],
    ["PUT", { status: "open" }],
  ] as const)
    expect(await send(method, path, caller, sent)).toMatchObject({ status: 403 });
  expect(await send("GET", "/v1/incidents/inc_00000000000000000000000000", operator)).toMatchObject({ status: 404 });
  expect(await send("GET", "/v1/alerts", caller)).toMatchObject({ status: 403 });
  expect(await send("GET", "/v1/alerts", operator)).toMatchObject({ status: 200, body: { data: [], next_cursor: null } });
});

it("[INC-5] takes an incident back as it was shown; what nobody changes must be as it is", async () => {
  const world = makeWorld();
  const operator = await world.makeKey(["operator"]);
  const send = async (method: string, path: string, body?: unknown) => {
    const answer = await world.send(method, path, { key: operator, ...(body === undefined ? {} : { body }) });
    return { status: answer.status, body: (await answer.json()) as Body };
  };
  const opened = await send("POST", "/v1/incidents", { title: "mail bob@example.com twice", severity: "critical" });
  const path = `/v1/incidents/${opened.body["id"]}`;
  const { body: shown } = await send("GET", path);
  expect(await send("PUT", path, shown)).toEqual({ status: 200, body: opened.body });
  expect(await send("PUT", path, { ...shown, status: "resolved", owner: "ada" })).toMatchObject({
    status: 200,
    body: { status: "resolved" },
  });
  const { body: resolved } = await send("GET", path);
  expect(resolved["resolved_at"]).not.toBeNull();
  expect((await send("PUT", path, resolved)).body).toMatchObject({ status: "resolved", resolved_at: resolved["resolved_at"] });
  for (const other of [
    { title: "nothing" },
    { severity: "info" },
    { id: "inc_x" },
    { source: "x" },
    { opened_by: "eve" },
    { opened_at: null },
  ])
    expect(await send("PUT", path, { ...shown, ...other }), JSON.stringify(other)).toMatchObject({
      status: 400,
      body: { errors: [{ path: `/${Object.keys(other)[0]}`, message: "cannot be changed: leave it out, or send it as it is" }] },
    });
  expect(await send("PUT", path, { ...shown, color: "red" })).toMatchObject({ status: 400 });
  expect((await send("GET", path)).body).toEqual(resolved);
});

it("[ANOM-10] lists the anomalies of the caller's org since a time, by default of seven days", async () => {
  const world = makeWorld();
  const monitor = await world.makeKey(["developer"]);
  const list = async (query: string) => {
    const answer = await world.send("GET", `/v1/anomalies${query}`, { key: monitor });
    return { status: answer.status, body: (await answer.json()) as { data?: { at: string }[] } };
  };
  const listed = await list("?since=2030-01-02T03:04:05Z");
  expect(listed).toEqual({
    status: 200,
    body: {
      data: [
        {
          ...{ at: "2030-01-02T03:04:05.000Z", metric: "latency", workflow: "acme", value: 9.5, expected: [1.2, 5.5], score: 7.1 },
          status: "open",
        },
      ],
      next_cursor: null,
    },
  });
  const usual = Date.parse((await list("")).body.data?.[0]?.at ?? "");
  expect(world.clock.at - usual).toBe(7 * 24 * 3_600_000);
  expect(await list("?limit=1&cursor=bm9uc2Vuc2U")).toMatchObject({ status: 400, body: { errors: [{ path: "query.cursor" }] } });
  expect(await list("?since=yesterday")).toMatchObject({ status: 400, body: { errors: [{ path: "query.since" }] } });
  expect(await list("?until=2030-01-01")).toMatchObject({ status: 400 });
});

it("[NOTICE-4] keeps a destination's secret sealed, shows only that there is one, and keeps it when it is left out", async () => {
  const world = makeWorld();
  const admin = await world.makeKey(["admin"]);
  const put = async (notify: unknown) => {
    const answer = await world.send("PUT", "/v1/orgs/acme", { key: admin, body: { notify } });
    return { status: answer.status, body: (await answer.json()) as Body };
  };
  const pager = { kind: "pagerduty", on: ["kill"] };
  expect(await put([pager])).toMatchObject({ status: 400, body: { errors: [{ path: "/notify/0/secret" }] } });
  const set = await put([{ ...pager, secret: "R0UTING" }, "https://hooks.example.com/in"]);
  expect(set).toMatchObject({ status: 200, body: { notify: [{ ...pager, has_secret: true }, "https://hooks.example.com/in"] } });
  expect(JSON.stringify(set.body)).not.toContain("R0UTING");
  expect(await put([{ ...pager, on: ["alert"] }])).toMatchObject({ status: 200, body: { notify: [{ has_secret: true, on: ["alert"] }] } });
  expect(
    await put([
      { kind: "email", to: "nobody" },
      { kind: "slack", url: "http://127.0.0.1/" },
    ]),
  ).toMatchObject({
    status: 400,
    body: { errors: [{ path: "/notify/0/to" }, { path: "/notify/1/url" }] },
  });
});
