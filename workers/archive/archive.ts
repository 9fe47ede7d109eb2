/**
 * The archive of ended runs in R2: their journal as JSON lines, their trace, their last view. A run is written first, read back,
 * and only then is its object emptied, and what its rows referred to removed; each part can be done again, so a sweep that dies in
 * between is finished by the next. The record of a run that kept something of class `restricted` is sealed, line by line, under the run's key.
 */
import { auditRecord } from "../../core/audit/record.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import { type Explanation, explain } from "../../core/explain/explain.ts";
import type { Typical } from "../../core/explain/typical.ts";
import { mintId } from "../../core/ids.ts";
import { type Json, own } from "../../core/json.ts";
import { fold } from "../../core/run/fold/evolve.ts";
import type { Birth } from "../../core/run/machine/birth.ts";
import type { RunEvent } from "../../core/run/machine/event.ts";
import { boundedView, EVENT_PAGE_SIZE, firstPage, jsonPieces } from "../../core/run/outside/bounded.ts";
import { type ContextItem, contextOf } from "../../core/run/outside/context.ts";
import { toRunView } from "../../core/run/outside/present.ts";
import type { EventView, RunReplay, RunView } from "../../core/run/outside/view.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import { planOf } from "../../core/workflow/plan.ts";
import { sideBySide } from "../../kit/bounded.ts";
import { sealText } from "../../kit/sealed-text.ts";
import { keepText, linesFrom } from "./kept-text.ts";
import type { ArchivePorts, RunRecord } from "./ports.ts";

/**
 * Runs of a portion, and how many of them at a time: a journal is written and read in parts, so that a run of any size fits. A sweep every
 * five minutes that takes eight portions keeps pace with 230,000 runs a day: 100,000, and what an outage left behind.
 */
const SWEEP_RUNS = 100;
const WIDTH = 4;
const PORTIONS = 8;
/** A sweep ends before the next one begins, in ms. */
const LONGEST_MS = 4 * 60_000;

/**
 * PERSISTED: R2 keys. `journal.jsonl` is the birth, then one event a line; `run.json` is written last: where it lies, all three do. Each line, the
 * trace and the view may be sealed (kit/sealed-text.ts); the view that an erased run leaves is not.
 */
export const archiveKeys = (org: string, run: string) => ({
  journal: `${org}/${run}/journal.jsonl`,
  trace: `${org}/${run}/trace.json`,
  view: `${org}/${run}/run.json`,
});

/** Ended runs in R2. */
export type Archive = {
  /** Archives a batch of what is overdue; answers how many runs that were. Safe at any time, also twice at once. */
  sweep(): Promise<{ readonly archived: number }>;
  /** null: this org has no such run in the archive. */
  view(org: string, run: string): Promise<RunView | null>;
  /** Events after `after`, at most `limit`; null: the run is not archived. */
  events(
    org: string,
    run: string,
    after: number,
    limit: number,
  ): Promise<{ readonly events: EventView[]; readonly done: boolean; readonly view: RunView } | null>;
  /** The output of a step as JSON text; null: the run is not archived, or has no such step. */
  stepOutput(org: string, run: string, step: string): Promise<ReadableStream<Uint8Array> | null>;
  trace(org: string, run: string): Promise<Json | null>;
  /** Of a run that is erased only this view stays, without events. Safe to repeat. */
  leave(org: string, run: string, view: RunView): Promise<void>;
  /** Deletes what is kept of the run; how many objects that were. */
  forget(org: string, run: string): Promise<number>;
  /** As the run itself would explain it; null: it is not archived. */
  explain(org: string, run: string, typical: Typical | null): Promise<Explanation | null>;
  /** What the run knew from outside of its input; null: it is not archived. */
  context(org: string, run: string): Promise<readonly ContextItem[] | null>;
  /** The run folded again from the journal that lies here, and compared with the view that it left; null: it is not archived. */
  replay(org: string, run: string): Promise<RunReplay | null>;
};

/** The archive over its bucket. */
export function defineArchive(ports: ArchivePorts): Archive {
  const read = async (org: string, run: string, part: "trace" | "view"): Promise<string | null> => {
    const object = await ports.bucket.get(archiveKeys(org, run)[part]);
    if (object === null) return null;
    const [text = ""] = await ports.seals.openAll([{ place: PLACES[part], text: await object.text() }]);
    return text;
  };
  const view = async (org: string, run: string): Promise<RunView | null> => {
    const text = await read(org, run, "view");
    return text === null ? null : (JSON.parse(text) as RunView);
  };
  /** Birth and events as lines. null also for a run whose person is erased: its journal is empty. */
  const journalOf = async (org: string, run: string): Promise<readonly string[] | null> => {
    if ((await view(org, run))?.erased_at !== undefined) return null;
    const object = await ports.bucket.get(archiveKeys(org, run).journal);
    return object === null ? null : opened(ports, (await object.text()).split("\n").slice(0, -1), 0);
  };

  return {
    view,

    async sweep() {
      const until = ports.now() + LONGEST_MS;
      let archived = 0;
      for (let portion = 0; portion < PORTIONS && ports.now() < until; portion++) {
        const before = archived;
        const runs = await ports.overdue(ports.now(), SWEEP_RUNS);
        await sideBySide(runs, WIDTH, async ({ id, org }) => {
          try {
            if (await archive(ports, org, id)) archived += 1;
            else await ports.putOff(org, id);
          } catch (error) {
            await ports.putOff(org, id).catch(() => {});
            // One run that cannot be archived holds up no other.
            ports.log(logLine("run.not_archived", { run: id, error: errorName(error) }));
          }
        });
        if (runs.length < SWEEP_RUNS || archived === before) break;
      }
      return { archived };
    },

    async events(org, run, after, limit) {
      const shown = await view(org, run);
      const object = shown === null ? null : await ports.bucket.get(archiveKeys(org, run).journal);
      if (shown === null || object === null) return null;
      // `seq` counts from 1 without gaps: event n is line n, after that of the birth.
      const read = await linesFrom(object.body, after + 1, limit + 1, EVENT_PAGE_SIZE);
      const events = firstPage(
        (await opened(ports, read.lines, after + 1)).map((line) => JSON.parse(line) as EventView),
        limit,
      );
      return { events, done: read.isAll && events.length === read.lines.length, view: shown };
    },

    async leave(org, run, shown) {
      const keys = archiveKeys(org, run);
      await ports.bucket.delete(keys.trace);
      await keepText(ports.bucket, keys.journal, ["\n"]);
      await keepText(ports.bucket, keys.view, [JSON.stringify(shown)]);
    },

    async forget(org, run) {
      const keys = Object.values(archiveKeys(org, run));
      const kept = await Promise.all(keys.map((key) => ports.bucket.head(key)));
      await ports.bucket.delete(keys);
      return kept.filter((object) => object !== null).length;
    },

    async stepOutput(org, run, step) {
      const text = await journalOf(org, run);
      const output = text === null ? undefined : own(folded(text).state.steps, step)?.output;
      return output === undefined ? null : new Blob(Array.from(jsonPieces(output))).stream();
    },

    async replay(org, run) {
      const left = await view(org, run);
      const text = await journalOf(org, run);
      return left === null || text === null ? null : refold(text, left);
    },

    async explain(org, run, typical) {
      const text = await journalOf(org, run);
      if (text === null) return null;
      const { context, state, events } = folded(text);
      return explain(context, state, events, typical, state.endedAt ?? 0);
    },

    async context(org, run) {
      const text = await journalOf(org, run);
      if (text === null) return null;
      const { context, state, events } = folded(text);
      return contextOf(context, state, events);
    },

    async trace(org, run) {
      const text = await read(org, run, "trace");
      return text === null ? null : (JSON.parse(text) as Json);
    },
  };
}

/** Only the last view is kept: a run that comes out otherwise differs after its last event, as far as anybody can tell. */
function refold(journal: readonly string[], left: RunView): RunReplay {
  const { context, state } = folded(journal);
  const run = boundedView(toRunView(context, state));
  const identical = canonicalJson(run as unknown as Json) === canonicalJson(left as unknown as Json);
  return { identical, divergedAt: identical ? null : state.seq, run };
}

function folded([birth, ...events]: readonly string[]) {
  const born = JSON.parse(birth ?? "null") as Birth;
  const context = { birth: born, plan: planOf(born.definition) };
  const read = events.map(readEvent);
  return { context, state: fold(context, read), events: read };
}

function readEvent(line: string): RunEvent {
  const { at, ...event } = JSON.parse(line) as EventView;
  return { ...event, at: Date.parse(at) } as unknown as RunEvent;
}

/** Lines of a journal; the first one has this number. */
const opened = (ports: ArchivePorts, lines: readonly string[], first: number): Promise<string[]> =>
  ports.seals.openAll(lines.map((text, index) => ({ place: placeOfLine(first + index), text })));

/** PERSISTED: the places that sealed texts are bound to. */
const PLACES = { trace: "archive trace", view: "archive view" } as const;
const placeOfLine = (number: number): string => `archive line ${number}`;

/** True when the run is in the archive now, and nowhere else. */
async function archive(ports: ArchivePorts, org: string, run: string): Promise<boolean> {
  const record = await ports.record(run);
  if (record === null) return finish(ports, org, run);
  const trace = await ports.trace(run);
  const keys = archiveKeys(org, run);
  const key = record.sealedFor === undefined ? null : await ports.seals.keyOf({ org, run, subject: record.sealedFor });
  const kept = (place: string, document: unknown): string =>
    key === null ? JSON.stringify(document) : sealText(key, place, JSON.stringify(document));
  let seq = 0;
  async function* lines(birth: Json, events: RunRecord["events"]): AsyncGenerator<string> {
    yield `${kept(placeOfLine(0), birth)}\n`;
    let number = 0;
    for await (const event of events) {
      seq = event.seq;
      yield `${kept(placeOfLine(++number), event)}\n`;
    }
  }
  await keepText(ports.bucket, keys.journal, lines(record.birth, record.events));
  await keepText(ports.bucket, keys.trace, [kept(PLACES.trace, trace)]);
  await keepText(ports.bucket, keys.view, [kept(PLACES.view, record.view)]);
  if (!(await ports.empty(run, seq))) return false; // it owes somebody something, or it changed: another time
  await ports.removeValues(run);
  await mark(ports, org, run, seq);
  return true;
}

/** The object is empty, or not at its end whatever the index says. Where the archive has the run, an earlier sweep died before it said so. */
async function finish(ports: ArchivePorts, org: string, run: string): Promise<boolean> {
  if ((await ports.bucket.head(archiveKeys(org, run).view)) !== null) {
    await ports.removeValues(run);
    await mark(ports, org, run, null);
    return true;
  }
  ports.log(logLine("run.without_record", { run, org }));
  return false;
}

async function mark(ports: ArchivePorts, org: string, run: string, events: number | null): Promise<void> {
  const at = ports.now();
  const record = auditRecord({
    id: mintId("evt", at, ports.random(10)),
    at,
    type: "run.archived",
    actor: { type: "system", id: "archive" },
    action: "run.archive",
    resource: `run/${run}`,
    data: { events },
  });
  await ports.markArchived(org, run, record);
}
