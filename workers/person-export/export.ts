/**
 * The export of what is held of a person (GDPR Art. 15), written run by run, so that no answer is in memory as a whole. It reads the stores
 * as they are; what is erased meanwhile is left out.
 */
import type { Json } from "../../core/json.ts";
import { type Memory, memoryView } from "../../core/memory/memory.ts";
import { filledIn, type RunOfExport, type TextOfExport, withoutDeveloper } from "../../core/person/export.ts";
import type { ReviewView } from "../../core/review/view.ts";
import type { EventView, FeedbackView, RunView } from "../../core/run/outside/view.ts";
import { type StoredSession, sessionView } from "../../core/session/session.ts";
import { type EpochMs, toRfc3339 } from "../../core/time.ts";
import type { RunOfPerson } from "../store/archived-lines.ts";

/** What the export reads. */
export type PersonExportPorts = {
  readonly now: () => EpochMs;
  readonly runsOf: (org: string, subject: string, upTo: EpochMs, after: string, limit: number) => Promise<readonly RunOfPerson[]>;
  /** null: it is gone. */
  readonly view: (org: string, run: string) => Promise<RunView | null>;
  readonly events: (
    org: string,
    run: string,
    after: number,
  ) => Promise<{ readonly events: readonly EventView[]; readonly done: boolean } | null>;
  readonly valuesOf: (
    org: string,
    run: string,
  ) => Promise<readonly { readonly placeholder: string; readonly value: string; readonly fromInput: boolean }[]>;
  readonly reviewsOf: (org: string, run: string) => Promise<readonly ReviewView[]>;
  readonly feedbackOn: (org: string, run: string) => Promise<readonly FeedbackView[]>;
  readonly feedbackBy: (org: string, subject: string) => Promise<readonly FeedbackView[]>;
  /** Texts that audit entries name, by digest; `isAll` false: there are more than `most` bytes. */
  readonly textsOf: (
    of: { readonly org: string; readonly subject: string; readonly run: string },
    most: number,
  ) => Promise<{ readonly texts: ReadonlyMap<string, Json>; readonly isAll: boolean }>;
  /** Runs and other calls that have texts, by id, those after `after`. */
  readonly runsWithTexts: (org: string, subject: string, after: string, limit: number) => Promise<readonly string[]>;
  /** By which the audit log knows the person; null: by none. */
  readonly pseudonym: (org: string, subject: string) => Promise<string | null>;
  /** Everything that is remembered of the person. */
  readonly memoriesOf: (org: string, subject: string) => Promise<readonly Memory[]>;
  /** The person's sessions after one, in the order of their ids; none: those were the last. */
  readonly sessionsOf: (org: string, subject: string, after: string) => Promise<readonly (StoredSession & { readonly owner: string })[]>;
  readonly erasure: (org: string, subject: string) => Promise<Json>;
};

/** Bytes of texts of one run: a document of two hundred runs stays readable. */
const MOST_TEXT = 4_000_000;

/** Whose data, and how much of it. */
export type ExportOrder = {
  readonly org: string;
  readonly subject: string;
  /** The person asks for themselves: values that tools or models brought, which may be other people's, stay placeholders. */
  readonly ownOnly: boolean;
  /** Runs after this one; "": from the first. */
  readonly after: string;
  readonly limit: number;
};

/** Exports of what is held of persons. */
export type PersonExports = {
  /** Whether the audit log has a pseudonym of the person, or the index a run about them; nobody is known while their erasure is under way. */
  isKnown(org: string, subject: string): Promise<boolean>;
  /** The document in pieces. Throws in the middle when a store cannot be read: then the document is cut, and no JSON. */
  pieces(order: ExportOrder): AsyncGenerator<string>;
};

/** Exports over the given ports. */
export function definePersonExports(ports: PersonExportPorts): PersonExports {
  return {
    isKnown: async (org, subject) =>
      (await ports.erasure(org, subject)) === null &&
      ((await ports.pseudonym(org, subject)) !== null || (await ports.runsOf(org, subject, ports.now(), "", 1)).length > 0),

    async *pieces({ org, subject, ownOnly, after, limit }) {
      const at = ports.now();
      const values = ownOnly ? "from_input" : "all";
      const erasure = await ports.erasure(org, subject);
      if (erasure !== null) {
        // As of somebody who was never there, and how far the erasure is.
        const nothing = { runs: [], calls: [], memories: [], sessions: [], feedback: [], erasure, next_cursor: null };
        yield JSON.stringify({ subject, org, generated_at: toRfc3339(at), values, pseudonym: null, ...nothing });
        return;
      }
      const head = { subject, org, generated_at: toRfc3339(at), values, pseudonym: await ports.pseudonym(org, subject) };
      yield `${JSON.stringify(head).slice(0, -1)},"runs":[`;
      // Runs and calls in one order of ids, so that one cursor pages through both.
      const [indexed, withTexts] = await Promise.all([
        ports.runsOf(org, subject, at, after, limit + 1),
        ports.runsWithTexts(org, subject, after, limit + 1),
      ]);
      const runs = new Set(indexed.map(({ id }) => id));
      const ids = [...new Set([...runs, ...withTexts])].sort();
      const shown = ids.slice(0, limit);
      let isFirst = true;
      for (const run of shown.filter((id) => runs.has(id))) {
        const told = await runOf(ports, { org, subject, run }, ownOnly);
        if (told === null) continue;
        yield `${isFirst ? "" : ","}${JSON.stringify(told)}`;
        isFirst = false;
      }
      yield '],"calls":[';
      isFirst = true;
      for (const run of shown.filter((id) => !runs.has(id))) {
        yield `${isFirst ? "" : ","}${JSON.stringify({ id: run, ...(await textsIn(ports, { org, subject, run }, ownOnly)) })}`;
        isFirst = false;
      }
      yield '],"memories":[';
      isFirst = true;
      for (const memory of after === "" ? await ports.memoriesOf(org, subject) : []) {
        yield `${isFirst ? "" : ","}${JSON.stringify(filledIn(memoryView(memory) as Json, await ownValues(ports, org, memory.id, ownOnly)))}`;
        isFirst = false;
      }
      yield '],"sessions":[';
      isFirst = true;
      for (let last = ""; after === ""; ) {
        const some = await ports.sessionsOf(org, subject, last);
        for (const session of some) {
          yield `${isFirst ? "" : ","}${JSON.stringify(filledIn(sessionView(session) as Json, await ownValues(ports, org, session.owner, ownOnly)))}`;
          isFirst = false;
        }
        if (some.length === 0) break;
        last = some.at(-1)?.id ?? "";
      }
      const said = after === "" ? await ports.feedbackBy(org, subject) : [];
      const rest = {
        feedback: said,
        erasure,
        next_cursor: ids.length > limit ? (shown.at(-1) ?? null) : null,
      };
      yield `],${JSON.stringify(rest).slice(1)}`;
    },
  };
}

/** What stands behind the placeholders of an owner in the vault; with `ownOnly` what the person's own input put in. */
async function ownValues(
  { valuesOf }: Pick<PersonExportPorts, "valuesOf">,
  org: string,
  owner: string,
  ownOnly: boolean,
): Promise<ReadonlyMap<string, string>> {
  const values = await valuesOf(org, owner);
  return new Map(values.flatMap(({ placeholder, value, fromInput }) => (ownOnly && !fromInput ? [] : [[placeholder, value] as const])));
}

type Of = { readonly org: string; readonly subject: string; readonly run: string };

async function textsIn(ports: PersonExportPorts, of: Of, ownOnly: boolean): Promise<{ texts: TextOfExport[]; texts_cut: boolean }> {
  const { texts, isAll } = await ports.textsOf(of, MOST_TEXT);
  return { texts: [...texts].map(([sha256, value]) => ({ sha256, value: ownOnly ? withoutDeveloper(value) : value })), texts_cut: !isAll };
}

async function runOf(ports: PersonExportPorts, of: Of, ownOnly: boolean): Promise<Json> {
  const { org, run } = of;
  const view = await ports.view(org, run);
  if (view === null) return null;
  const events: EventView[] = [];
  for (let after = 0; ; ) {
    const page = await ports.events(org, run, after);
    events.push(...(page?.events ?? []));
    after = events.at(-1)?.seq ?? after;
    if (page === null || page.done || page.events.length === 0) break;
  }
  const [values, reviews, feedback] = await Promise.all([ports.valuesOf(org, run), ports.reviewsOf(org, run), ports.feedbackOn(org, run)]);
  const own = new Map(
    values.flatMap(({ placeholder, value, fromInput }) => (ownOnly && !fromInput ? [] : [[placeholder, value] as const])),
  );
  const told: RunOfExport = { run: view, events, reviews: [...reviews], feedback: [...feedback], ...(await textsIn(ports, of, ownOnly)) };
  return filledIn(told as unknown as Json, own);
}
