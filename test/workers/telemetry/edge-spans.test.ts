/** What of the HTTP edge's spans may leave. */
import { expect, it } from "vitest";
import { type EdgeSpan, withoutPersonalData } from "../../../workers/telemetry/edge-spans.ts";

const span = (kind: number, more: object): EdgeSpan => ({
  name: "GET https://tools.test/customers/ada@acme.example",
  kind,
  attributes: {
    "http.request.method": "GET",
    "http.response.status_code": 200,
    "url.full": "https://tools.test/customers/ada@acme.example?user=ada",
    "url.path": "/v1/users/ada@acme.example/export",
    "url.query": "?user=ada",
    "user_agent.original": "ada@acme.example's browser",
    "server.address": "ada.example",
    ...more,
  },
  events: [{ name: "exception", attributes: { "exception.type": "TypeError", "exception.message": "no ada@acme.example" } }],
  links: [{ attributes: { "url.full": "https://ada.example" } }],
  status: { code: 2, message: "no ada@acme.example" },
});

it("[TELEMETRY-40] spans of the edge carry route templates and no path, query, address, agent or message", () => {
  const [served, sent] = withoutPersonalData([span(1, { "http.route": "/v1/users/{id}/export" }), span(2, {})]);
  expect(JSON.stringify([served, sent])).not.toContain("ada");
  expect(served).toMatchObject({ name: "GET /v1/users/{id}/export", attributes: { "http.response.status_code": 200 } });
  expect(sent?.name).toBe("GET");
});
