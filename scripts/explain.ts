/** `npm run explain -- RUN`: why a run cost what it cost and took as long as it took, on one screen. */
import { explanationText } from "./explain/text.ts";
import { adminKey } from "./platform/admin-key.ts";

const [id] = process.argv.slice(2);
if (id === undefined) {
  console.error("usage: npm run explain -- RUN   (BULKHEAD_URL and BULKHEAD_KEY say where and as whom; by default the local platform)");
  process.exit(2);
}
const url = process.env["BULKHEAD_URL"] ?? "http://localhost:8787";
const key = process.env["BULKHEAD_KEY"] ?? adminKey();
const answer = await fetch(`${url}/v1/runs/${encodeURIComponent(id)}/explain`, { headers: { authorization: `Bearer ${key}` } }).catch(() =>
  giveUp(`no platform answers at ${url}: start one with \`npm start\`, or say in BULKHEAD_URL where yours is`),
);
const body = (await answer.json().catch(() => null)) as (Parameters<typeof explanationText>[0] & { readonly detail?: string }) | null;
if (answer.ok && body !== null) console.log(explanationText(body));
else
  giveUp(
    body === null
      ? `${url} answers ${answer.status} and no JSON: it is no platform`
      : `${answer.status}: ${body.detail ?? "no explanation"}`,
  );

function giveUp(why: string): never {
  console.error(why);
  process.exit(1);
}
