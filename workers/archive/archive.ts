/**
 * The archive of ended runs in R2: their journal as JSON lines, their trace, their last view. A run is written first, read back,
 * and only then is its object emptied, and what its rows referred to removed; each part can be done again, so a sweep that dies in
 * between is finished by the next.
 */
import { auditRecord } from "../../core/audit/record.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import { mintId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import { fold } from "../../core/run/fold/evolve.ts";
import type { Birth } from "../../core/run/machine/birth.ts";
import type { RunEvent } from "../../core/run/machine/event.ts";
import { toRunView } from "../../core/run/outside/present.ts";
import type { EventView, RunReplay, RunView } from "../../core/run/outside/view.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import { planOf } from "../../core/workflow/plan.ts";
import { sideBySide } from "../../kit/bounded.ts";
import type { ArchivePorts, RunRecord } from "./ports.ts";

/** Runs of one sweep, and how many of them at a time: a record is at most what one call between objects carries (32 MiB). */
const SWEEP_RUNS = 100;
const WIDTH = 2;

/**
 * PERSISTED: R2 keys. `journal.jsonl` is the birth, then one event a line; `run.json` is written last: where it lies, all three do.
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
  view(run: string): Promise<RunView | null>;
  /** Events after `after`, at most `limit`; null: the run is not archived. */
  events(
    run: string,
    after: number,
    limit: number,
  ): Promise<{ readonly events: EventView[]; readonly done: boolean; readonly view: RunView } | null>;
  trace(run: string): Promise<Json | null>;
  /** The run folded again from the journal that lies here, and compared with the view that it left; null: it is not archived. */
  replay(run: string): Promise<RunReplay | null>;
};

/** The archive over its bucket. */
export function defineArchive(ports: ArchivePorts): Archive {
  const read = async (run: string, part: keyof ReturnType<typeof archiveKeys>): Promise<string | null> => {
    const org = await ports.runOrg(run);
    const object = org === null ? null : await ports.bucket.get(archiveKeys(org, run)[part]);
    return object === null ? null : object.text();
  };
  const view = async (run: string): Promise<RunView | null> => {
    const text = await read(run, "view");
    return text === null ? null : (JSON.parse(text) as RunView);
  };

  return {
    view,

    async sweep() {
      const runs = await ports.overdue(ports.now(), SWEEP_RUNS);
      let archived = 0;
      await sideBySide(runs, WIDTH, async ({ id, org }) => {
        try {
          if (await archive(ports, org, id)) archived += 1;
        } catch (error) {
          // One run that cannot be archived holds up no other.
          ports.log(logLine("run.not_archived", { run: id, error: errorName(error) }));
        }
      });
      return { archived };
    },

    async events(run, after, limit) {
      const shown = await view(run);
      const text = shown === null ? null : await read(run, "journal");
      if (shown === null || text === null) return null;
      const all = text.split("\n").slice(1, -1);
      // `seq` counts from 1 without gaps: event n is line n.
      const events = all.slice(after, after + limit).map((line) => JSON.parse(line) as EventView);
      return { events, done: after + events.length >= all.length, view: shown };
    },

    async replay(run) {
      const left = await view(run);
      const text = left === null ? null : await read(run, "journal");
      return left === null || text === null ? null : refold(text, left);
    },

    async trace(run) {
      const text = await read(run, "trace");
      return text === null ? null : (JSON.parse(text) as Json);
    },
  };
}

/** Only the last view is kept: a run that comes out otherwise differs after its last event, as far as anybody can tell. */
function refold(journal: string, left: RunView): RunReplay {
  const [birth, ...events] = journal.split("\n").slice(0, -1);
  const born = JSON.parse(birth ?? "null") as Birth;
  const context = { birth: born, plan: planOf(born.definition) };
  const state = fold(context, events.map(readEvent));
  const run = toRunView(context, state);
  const identical = canonicalJson(run as unknown as Json) === canonicalJson(left as unknown as Json);
  return { identical, divergedAt: identical ? null : state.seq, run };
}

function readEvent(line: string): RunEvent {
  const { at, ...event } = JSON.parse(line) as EventView;
  return { ...event, at: Date.parse(at) } as unknown as RunEvent;
}

/** True when the run is in the archive now, and nowhere else. */
async function archive(ports: ArchivePorts, org: string, run: string): Promise<boolean> {
  const record = await ports.record(run);
  if (record === null) return finish(ports, org, run);
  const seq = record.events.at(-1)?.seq ?? 0;
  const trace = await ports.trace(run);
  const keys = archiveKeys(org, run);
  await keep(ports, keys.journal, journalText(record));
  await keep(ports, keys.trace, JSON.stringify(trace));
  await keep(ports, keys.view, JSON.stringify(record.view));
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

/** Writes and reads back: what is not there byte by byte is not relied on. Overwrites what an earlier sweep left of the same run. */
async function keep(ports: ArchivePorts, key: string, text: string): Promise<void> {
  await ports.bucket.put(key, text, { httpMetadata: { contentType: "application/json" } });
  const kept = await ports.bucket.get(key);
  if (kept === null || (await kept.text()) !== text) throw new Error("the archive did not keep what was written");
}

const journalText = ({ birth, events }: RunRecord): string => [birth, ...events].map((line) => `${JSON.stringify(line)}\n`).join("");

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
