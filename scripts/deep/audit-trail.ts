/**
 * An audit log that grows: what a verification, a list by type and a page of entries cost at a third, two thirds and the whole of its size, then
 * `audit:fsck` over HTTP, before and after a row of D1 was changed behind the platform's back.
 */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { Json } from "../../core/json.ts";
import { createClient } from "../../sdk/client.ts";
import { auditFsck } from "../audit-fsck.ts";
import type { Check } from "./check.ts";
import { openWorld, type World } from "./world.ts";

/** Starts for each run of `--runs`: two entries each; a log is verified as a whole up to 3,000 entries, and has to be larger than that. */
const STARTS_PER_RUN = 30;
const AT_ONCE = 24;
const THIRDS = 3;
const DRAINED_WITHIN_MS = 240_000;
/** A call may cost this much more at the whole size than at a third, or this much in all, on a machine that does other work. */
const MAY_GROW = 3;
const MAY_COST_MS = 2_000;
const WORKFLOW: { readonly [key: string]: Json } = {
  name: "trail",
  input: { type: "object" },
  tools: [],
  steps: { say: { kind: "transform", value: { cel: "input.n" } } },
  output: { cel: "steps.say.output" },
};

export const auditTrail: Check = {
  name: "audit-trail",
  title: "an audit log that grows: what verifying and listing cost, and audit:fsck over HTTP before and after a row was changed",
  async run({ sizes, tell, violation }) {
    const world = await openWorld("trail", ["--var", "RATE_LIMIT_PER_MINUTE:10000000"]);
    try {
      const { developer, app } = world.people;
      await developer.workflows.register(WORKFLOW as never);
      const { key } = await createClient({ url: world.platform().url, key: world.platform().adminKey }).keys.create({
        user: "fay",
        roles: ["auditor"],
      });
      const { audit } = createClient({ url: world.platform().url, key });
      const rows = [["entries", "first verification", "checked", "again", "checked", "by type", "a page"]];
      const costs: number[][] = [];
      for (let third = 1; third <= THIRDS; third++) {
        await startAll(Math.ceil((sizes.runs * STARTS_PER_RUN) / THIRDS), (n) => app.runs.start({ workflow: "trail", input: { n } }), tell);
        await settled(world);
        const [first, before] = await timed(() => audit.verify());
        for (let left = first.next_cursor; left !== null; ) left = (await audit.verify()).next_cursor;
        const [again, verifyMs] = await timed(() => audit.verify());
        const [, typeMs] = await timed(() => audit.entries({ type: "key.created", limit: 50 }));
        const [page, pageMs] = await timed(() => audit.entries({ after: (again.head?.seq ?? 0) - 50, limit: 50 }));
        if (!first.ok || !again.ok)
          violation(`the log does not verify: ${JSON.stringify([...first.problems, ...again.problems].slice(0, 3))}`);
        if (page.data.length === 0) violation("the last page of entries is empty");
        costs.push([verifyMs, typeMs, pageMs]);
        rows.push([again.head?.seq ?? 0, ms(before), first.checked, ms(verifyMs), again.checked, ms(typeMs), ms(pageMs)].map(String));
        tell(rows.at(-1)?.join(" | ") ?? "");
      }
      for (const [index, name] of ["a verification", "a list by type", "a page"].entries()) {
        const [least = 0, most = 0] = [costs[0]?.[index], costs.at(-1)?.[index]];
        if (most > MAY_COST_MS && most > least * MAY_GROW) violation(`${name} grew with the log: ${ms(least)}, then ${ms(most)}`);
      }
      const fsck = async (): Promise<{ readonly code: number; readonly text: string; readonly spent: number }> => {
        const said: string[] = [];
        const [code, spent] = await timed(() =>
          auditFsck([world.platform().url, "--token", key], { say: (line) => said.push(line), progress: tell }),
        );
        return { code, text: said[0] ?? "", spent };
      };
      const sound = await fsck();
      rows.push([`fsck: ${sound.text}`, ms(sound.spent), "", "", "", "", ""]);
      if (sound.code !== 0) violation(`fsck of a sound log: ${sound.text}`);
      await world.stopPlatform();
      const seq = changeRow(world);
      await world.startPlatformAgain();
      const changed = await fsck();
      rows.push([`fsck: ${changed.text}`, ms(changed.spent), "", "", "", "", ""]);
      if (changed.code !== 1 || !changed.text.includes(`first_seq ${seq}`))
        violation(`fsck does not name the changed row ${seq}: ${changed.text}`);
      return rows;
    } finally {
      await world.stop();
      rmSync(world.folder, { recursive: true, force: true });
    }
  },
};

const ms = (milliseconds: number): string => `${Math.round(milliseconds)} ms`;

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const begun = performance.now();
  return [await work(), performance.now() - begun];
}

async function startAll(count: number, start: (n: number) => Promise<unknown>, tell: (what: string) => void): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) {
      for (let refused = true; refused; ) {
        refused = await start(n).then(
          () => false,
          () => true,
        );
        if (refused) await sleep(200);
      }
      if (n % 200 === 0) tell(`${n} of ${count} runs`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

const databaseOf = (world: World): string => {
  const folder = join(world.folder, "state", "v3", "d1", "miniflare-D1DatabaseObject");
  const file = readdirSync(folder).find((name) => name.endsWith(".sqlite") && !name.startsWith("metadata"));
  if (file === undefined) throw new Error("there is no database of the platform");
  return join(folder, file);
};

/** Every run is in the log: the number of entries stands still. */
async function settled(world: World): Promise<void> {
  const until = Date.now() + DRAINED_WITHIN_MS;
  let before = -1;
  for (let quiet = 0; quiet < 4 && Date.now() < until; ) {
    await sleep(1_000);
    const database = new DatabaseSync(databaseOf(world), { readOnly: true });
    const last = Number(database.prepare("SELECT MAX(last_seq) AS seq FROM audit_pages").get()?.["seq"] ?? 0);
    database.close();
    quiet = last === before ? quiet + 1 : 0;
    before = last;
  }
}

/** Changes an entry in the middle of the log. Answers the first number of its page. */
function changeRow(world: World): number {
  const database = new DatabaseSync(databaseOf(world));
  try {
    const query = "SELECT org, first_seq FROM audit_pages WHERE entries LIKE '%run.completed%' ORDER BY first_seq LIMIT 1 OFFSET 100";
    const { org, first_seq: seq } = database.prepare(query).get() ?? {};
    database
      .prepare("UPDATE audit_pages SET entries = replace(entries, 'run.completed', 'run.comploted') WHERE org = ? AND first_seq = ?")
      .run(String(org), Number(seq));
    return Number(seq);
  } finally {
    database.close();
  }
}
