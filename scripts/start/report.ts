/** The end of `npm start`: the answer, what it cost, where the time went, and what can be proved about it. */
import { join, relative } from "node:path";
import type { RunView } from "../../sdk/client.ts";
import { LOG_FOLDER, ROOT } from "../platform/places.ts";
import type { Shop } from "../platform/shop.ts";
import { type Bar, drawBars } from "./drawings.ts";
import { filesWith, findIn, type Needle, personalDataIn, readChainWithEnd } from "./evidence.ts";
import type { People } from "./people.ts";
import type { Terminal } from "./terminal.ts";
import { dollars, duration, wrap } from "./text.ts";

export type Ending = {
  readonly run: RunView;
  readonly ticket: string;
  readonly people: People;
  readonly shop: Shop;
  /** The platform's state folder. */
  readonly state: string;
};

type Finding = { readonly ok: boolean; readonly text: string };

/** True when everything is as it should be. */
export async function report(ending: Ending, terminal: Terminal): Promise<boolean> {
  const { paint } = terminal;
  const heading = (text: string): void => {
    terminal.line();
    terminal.line(`  ${paint("bold", text)}`);
  };
  heading(ending.run.error === null ? "The answer" : "How it ended");
  for (const line of answerLines(ending.run, terminal.width - 6)) terminal.line(`    ${line}`);
  heading("What it cost");
  terminal.line(`    ${costLine(ending.run)}`);
  heading("Where the time went");
  for (const line of drawBars(timeBars(ending.run), 40, paint)) terminal.line(`  ${line}`);
  heading("What can be proved");
  const findings = [outcome(ending.run), ...(await mailed(ending)), ...(await proofs(ending))];
  for (const { ok, text } of findings) terminal.line(`    ${ok ? paint("green", "✔") : paint("red", "✘")} ${text}`);
  return findings.every(({ ok }) => ok);
}

function answerLines(run: RunView, width: number): string[] {
  if (run.error !== null) return wrap(`${run.status}: ${run.error.code}: ${run.error.message}`, width);
  return wrap(textOf(run.output), width);
}

/** The reply's own text where the output has one. */
function textOf(output: unknown): string {
  if (typeof output === "string") return output;
  if (typeof output === "object" && output !== null && "text" in output && typeof output.text === "string") return output.text;
  return JSON.stringify(output, null, 2);
}

function costLine({ usage }: RunView): string {
  return `${dollars(usage.usd)} for ${usage.tokens_in} tokens in and ${usage.tokens_out} out, in ${usage.model_calls} model calls and ${usage.tool_calls} tool calls`;
}

function timeBars(run: RunView): Bar[] {
  const span = (from: string | null, to: string | null): number => (from === null || to === null ? 0 : Date.parse(to) - Date.parse(from));
  return [
    ...run.steps
      .filter(({ status }) => status !== "pending" && status !== "skipped")
      .map((step) => ({
        label: step.id,
        ms: span(step.started_at, step.ended_at),
        ...(step.kind === "review" ? { note: "a person" } : {}),
      })),
    { label: "total", ms: span(run.created_at, run.ended_at) },
  ];
}

/** A rejection is an outcome as good as an approval; anything else that is not `completed` is none. */
function outcome(run: RunView): Finding {
  if (run.status === "completed" && run.flags.length === 0) return { ok: true, text: `run ${run.id} is completed` };
  if (run.error?.code === "review_rejected") return { ok: true, text: `run ${run.id} ended as the reviewer decided (${run.status})` };
  return { ok: false, text: `run ${run.id} is ${run.status}${run.flags.length > 0 ? ` (${run.flags.join(", ")})` : ""}` };
}

/** The customer's own address comes back in the outside world only: the mail box. */
async function mailed({ run, ticket, shop }: Ending): Promise<Finding[]> {
  const address = personalDataIn(ticket).find(({ what }) => what === "mail address");
  if (run.status !== "completed" || address === undefined) return [];
  const mail = (await shop.mails()).some(({ to, key }) => to === address.text && String(key).startsWith(`${run.id}/`));
  return [
    {
      ok: mail,
      text: mail ? "the shop's mail box has one mail to the customer's real address" : "no mail went to the customer's real address",
    },
  ];
}

async function proofs({ run, ticket, people, state }: Ending): Promise<Finding[]> {
  const needles = personalDataIn(ticket);
  const startedAt = Date.now();
  const { entries, problems } = await readChainWithEnd(people.auditor, run.id);
  const mine = entries.filter(({ resource, trace_id }) => trace_id === run.trace_id || resource.startsWith(`run/${run.id}`));
  const chain: Finding = {
    ok: problems.length === 0 && mine.length > 0,
    text:
      problems.length === 0
        ? `the audit chain is intact: ${entries.length} entries, ${mine.length} of this run, every hash, link and signature checked with the public keys (${duration(Date.now() - startedAt)})`
        : `the audit chain is broken: ${problems[0]?.message} (seq ${problems[0]?.seq})`,
  };
  if (needles.length === 0) return [chain, { ok: true, text: "the ticket contains no mail address and no card number to search for" }];
  const journal = await people.auditor.runs.journal(run.id);
  const places: readonly (readonly [string, string])[] = [
    ["the run's events", JSON.stringify(journal)],
    ["the audit entries", JSON.stringify(entries)],
    ["the run as others see it", JSON.stringify(await people.auditor.runs.get(run.id))],
    ["the run's trace", JSON.stringify(await people.auditor.runs.trace(run.id))],
  ];
  const found = places.flatMap(([place, text]) => findIn(text, needles).map(({ what }) => `a ${what} in ${place}`));
  const files = [
    ...filesWith(state, needles),
    ...filesWith(LOG_FOLDER, needles).filter(({ file }) => file === join(LOG_FOLDER, "platform.log")),
  ];
  found.push(...files.map(({ file, what }) => `a ${what} in ${relative(ROOT, file)}`));
  return [chain, noneFound(needles, found)];
}

function noneFound(needles: readonly Needle[], found: readonly string[]): Finding {
  const kinds = [...new Set(needles.map(({ what }) => what))].join(" and ");
  return found.length === 0
    ? { ok: true, text: `the customer's ${kinds} appear in no event, audit entry, span or log, and in no file of the platform's state` }
    : { ok: false, text: `personal data was found in: ${[...new Set(found)].join("; ")}` };
}
