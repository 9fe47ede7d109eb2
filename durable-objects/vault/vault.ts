/** Personal data of one org, and the placeholders that stand for it: the RPC face (README.md has the rules). */
import { DurableObject } from "cloudflare:workers";
import { parsePlaceholder } from "../../core/guardrail/placeholder.ts";
import { idTime } from "../../core/ids.ts";
import type { EpochMs } from "../../core/time.ts";
import { personOf } from "../../kit/sealed-text.ts";
import { turn as endTurn } from "../../kit/turn.ts";
import { isMigrated, migrate } from "../kit/schema.ts";
import { keyOfRun, type PersonKey, pseudonymCode } from "./envelope.ts";
import { KeyShelf, type KeyStore } from "./key-shelf.ts";
import {
  copyStored,
  deleteOfPerson,
  deleteOfRun,
  erasureOf,
  findPseudonym,
  findStored,
  forgetPseudonyms,
  hasValues,
  keepPseudonym,
  keepValue,
  listStored,
  markErased,
  markUnnamed,
  noteSealedRun,
  openPseudonym,
  type StoredValue,
  sealedRunsOf,
  unsealStored,
  VAULT_SCHEMA,
  type ValueToKeep,
} from "./rows.ts";

/** Values that are copied in one transaction: some 50 ms. */
const COPIED_AT_ONCE = 200;

/** Everything this room needs from outside. */
export type VaultPorts = {
  readonly now: () => number;
  /** The deployment's VAULT_KEY: 32 bytes. */
  readonly masterKey: () => Promise<Uint8Array>;
  /** The wrapped keys (R2). */
  readonly keys: KeyStore;
};

/** One placeholder per value, in order. `origin` "input": put in by the run's own input, which gets it back. */
export type AssignRequest = {
  readonly run: string;
  readonly subject: string;
  readonly origin: "input" | "tool" | "model";
  readonly values: readonly ValueToKeep[];
};
/**
 * Which placeholders of a run to open. `inputOnly`: only values that the run was started with, and with `recalledOf` also those of this
 * person that it has out of a session or a memory; with `recalledOnly` the latter alone.
 */
export type OpenRequest = {
  readonly run: string;
  readonly placeholders: readonly string[];
  readonly inputOnly: boolean;
  readonly recalledOf?: string;
  readonly recalledOnly?: boolean;
};

/**
 * What a value that goes from one owner to another is there: what it was (`same`), kept for later runs of its person (`stored`), or out of
 * what was kept (`recalled`). Only what a run's own input put in can be opened by a later run.
 */
export type CarriedAs = "same" | "stored" | "recalled";

/** A person as the audit log is to name them. `since`: when what they are named for began (epoch ms); a person erased since then stays unknown. */
export type NamedPerson = { readonly subject: string; readonly since: EpochMs };

/** The key of a run to seal with, 32 bytes, and what its sealed texts are to say of it (kit/sealed-text.ts). */
export type SealingKey = { readonly person: string; readonly keyId: string; readonly bytes: Uint8Array };
/** A run whose sealed texts say this of their key. */
export type SealedRun = { readonly run: string; readonly person: string; readonly keyId: string };
/** 32 bytes; null: the key is destroyed. */
export type OpeningKey = Uint8Array | null;

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineVault(portsFor: (env: Cloudflare.Env) => VaultPorts) {
  return class Vault extends DurableObject {
    readonly #shelf: KeyShelf;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#shelf = new KeyShelf(portsFor(env), ctx.id.toString());
      if (isMigrated(ctx.storage.sql)) migrate(ctx.storage, VAULT_SCHEMA);
    }

    /** All or nothing, in one transaction: two that come at once get numbers as if one had come after the other. */
    async assign({ run, subject, origin, values }: AssignRequest): Promise<string[]> {
      if (values.length === 0) return [];
      const { storage } = this.ctx;
      const key = await this.#shelf.findOrMake(subject, () => this.#isErased(subject, run));
      migrate(storage, VAULT_SCHEMA);
      const owner = { run, subject, fromInput: origin === "input" };
      return storage.transactionSync(() => values.map((value) => keepValue(storage.sql, key, owner, value)));
    }

    /** Null for what this run never made, for what its input did not put in when `inputOnly`, and for what was erased. */
    async open({ run, placeholders, inputOnly, recalledOf, recalledOnly = false }: OpenRequest): Promise<(string | null)[]> {
      if (!isMigrated(this.ctx.storage.sql)) return placeholders.map(() => null);
      const stored = placeholders.map((placeholder) => findStored(this.ctx.storage.sql, run, placeholder));
      const isRecalled = (row: StoredValue): boolean => row.recalled === 1 && row.subject === recalledOf;
      const isWanted = (row: StoredValue): boolean => isRecalled(row) || (!recalledOnly && (!inputOnly || row.from_input === 1));
      const wanted = stored.map((row) => (row !== null && isWanted(row) ? row : null));
      const keys = await this.#keysOf(wanted);
      return wanted.map((row, index) => {
        const key = row === null ? null : (keys.get(row.subject) ?? null);
        return row === null || key === null ? null : unsealStored(key, run, placeholders[index] ?? "", row);
      });
    }

    /** A run that continues another one: the placeholders it inherits resolve in it, too. Values that were erased stay erased. */
    async inherit({ from, to }: { readonly from: string; readonly to: string }): Promise<void> {
      const { storage } = this.ctx;
      if (!isMigrated(storage.sql)) return;
      const kept = listStored(storage.sql, from);
      // Thousands in one transaction would keep the org's other runs waiting. After a call that breaks off, the next one copies the rest.
      for (let first = 0; first < kept.length; first += COPIED_AT_ONCE) {
        if (first > 0) await endTurn();
        const portion = kept.slice(first, first + COPIED_AT_ONCE);
        const keys = await this.#keysOf(portion.map(({ stored }) => stored)); // someone may have been erased since the last portion
        storage.transactionSync(() => {
          for (const { placeholder, stored } of portion) {
            const key = keys.get(stored.subject) ?? null;
            if (key !== null) copyStored(storage.sql, key, from, to, placeholder, stored);
          }
        });
      }
    }

    /** The placeholder in run `to` of each value that run `from` knows by one of these; null where it knows none. */
    async carry({
      from,
      to,
      placeholders,
      as = "same",
    }: {
      readonly from: string;
      readonly to: string;
      readonly placeholders: readonly string[];
      readonly as?: CarriedAs;
    }): Promise<(string | null)[]> {
      const { storage } = this.ctx;
      if (!isMigrated(storage.sql)) return placeholders.map(() => null);
      const stored = placeholders.map((placeholder) => findStored(storage.sql, from, placeholder));
      const keys = await this.#keysOf(stored);
      return storage.transactionSync(() =>
        stored.map((row, index) => {
          const key = row === null ? null : (keys.get(row.subject) ?? null);
          const placeholder = placeholders[index] ?? "";
          const value = row === null || key === null ? null : unsealStored(key, from, placeholder, row);
          const type = parsePlaceholder(placeholder)?.type;
          if (row === null || key === null || value === null || type === undefined) return null;
          return keepValue(storage.sql, key, { run: to, subject: row.subject, ...originOf(row, as) }, { type, value });
        }),
      );
    }

    /**
     * Erases the person: removes the key, and what is kept of their runs up to `at`. Such a run, if it goes on, gets no other key: its
     * values are sealed under one that nobody keeps. The same erasure again completes what broke off, and leaves what came since.
     */
    async erase(subject: string, at: EpochMs): Promise<{ readonly keys: number; readonly values: number }> {
      const { storage } = this.ctx;
      migrate(storage, VAULT_SCHEMA);
      const known = erasureOf(storage.sql, subject);
      if (known !== null && (known.at > at || (known.at === at && known.done))) return { keys: 0, values: 0 };
      markErased(storage.sql, subject, at, false);
      const removed = await this.#shelf.remove(subject);
      return storage.transactionSync(() => {
        const values = deleteOfPerson(storage.sql, subject, at);
        forgetPseudonyms(storage.sql, subject);
        markErased(storage.sql, subject, at, true);
        return { keys: removed ? 1 : 0, values };
      });
    }

    /**
     * Destroys the key of an erased person of whom no value is kept: it only made a pseudonym, which nobody resolves from then on. What was recorded
     * up to `until` and reaches the log later makes no other.
     */
    async forgetName(subject: string, until: EpochMs): Promise<void> {
      const { sql } = this.ctx.storage;
      if (!isMigrated(sql) || hasValues(sql, subject)) return;
      migrate(this.ctx.storage, VAULT_SCHEMA);
      markUnnamed(sql, subject, until);
      forgetPseudonyms(sql, subject);
      await this.#shelf.remove(subject);
      forgetPseudonyms(sql, subject);
    }

    /**
     * The codes by which the audit log knows these persons, in order: the same for the same person as long as their key lives. Throws when a
     * key is out of reach, since a name must not get into the log in its place.
     */
    async pseudonyms(persons: readonly NamedPerson[]): Promise<string[]> {
      if (persons.length === 0) return [];
      const { storage } = this.ctx;
      const keys = await Promise.all(
        persons.map(({ subject, since }) => this.#shelf.findOrMake(subject, () => this.#isUnnamed(subject, since))),
      );
      migrate(storage, VAULT_SCHEMA);
      return storage.transactionSync(() =>
        persons.map(({ subject, since }, index) => {
          // Erased while the keys were fetched: what is stored now would bring the person back.
          const isErased = this.#isUnnamed(subject, since);
          const key = isErased ? this.#shelf.lostKey(subject) : keys[index];
          if (key === undefined) throw new Error("a person has no key");
          const code = pseudonymCode(key, subject);
          if (!isErased) keepPseudonym(storage.sql, key, code, subject);
          return code;
        }),
      );
    }

    /** The code by which the audit log knows the person now; null: it knows them by none. Makes no key. */
    async pseudonymOf(subject: string): Promise<string | null> {
      const key = await this.#shelf.find(subject);
      return key === null ? null : pseudonymCode(key, subject);
    }

    /** Who is behind these codes; null where nobody knows (any more). */
    async resolve(codes: readonly string[]): Promise<(string | null)[]> {
      const { storage } = this.ctx;
      if (!isMigrated(storage.sql)) return codes.map(() => null);
      migrate(storage, VAULT_SCHEMA);
      const rows = codes.map((code) => findPseudonym(storage.sql, code));
      const persons = [...new Set(rows.flatMap((row) => (row === null ? [] : [row.person])))];
      const keys = new Map(await Promise.all(persons.map(async (person) => [person, await this.#shelf.findOf(person)] as const)));
      return rows.map((row, index) => {
        const key = row === null ? null : (keys.get(row.person) ?? null);
        return row === null || key === null ? null : openPseudonym(key, codes[index] ?? "", row.sealed);
      });
    }

    /**
     * The key under which a run about this person seals what it keeps; the person's key is made when there is none. A run from before the person's
     * erasure gets one that nobody keeps.
     */
    async sealingKey({ run, subject }: { readonly run: string; readonly subject: string }): Promise<SealingKey> {
      const { storage } = this.ctx;
      const key = await this.#shelf.findOrMake(subject, () => this.#isErased(subject, run));
      migrate(storage, VAULT_SCHEMA);
      // Erased while the key was fetched: nothing is to open under it any more.
      if (this.#isErased(subject, run)) return sealingKeyOf(this.#shelf.lostKey(subject), subject, run);
      noteSealedRun(storage.sql, run, subject);
      return sealingKeyOf(key, subject, run);
    }

    /** The newest runs about this person from `at` or before that seal what they keep. */
    async sealedRuns(subject: string, at: EpochMs, limit: number): Promise<string[]> {
      return isMigrated(this.ctx.storage.sql) ? sealedRunsOf(this.ctx.storage.sql, subject, at, limit) : [];
    }

    /** The keys of runs that sealed texts name, in order. Makes none. */
    async openingKeys(asked: readonly SealedRun[]): Promise<OpeningKey[]> {
      const persons = [...new Set(asked.map(({ person }) => person))];
      const keys = new Map(await Promise.all(persons.map(async (person) => [person, await this.#shelf.findOf(person)] as const)));
      return asked.map(({ run, person, keyId }) => {
        const key = keys.get(person) ?? null;
        return key === null || key.id !== keyId ? null : keyOfRun(key, run);
      });
    }

    /** Deletes what is kept of a run; answers how many values that were. */
    async forget(run: string): Promise<number> {
      if (!isMigrated(this.ctx.storage.sql)) return 0;
      migrate(this.ctx.storage, VAULT_SCHEMA);
      return deleteOfRun(this.ctx.storage.sql, run);
    }

    /** What is kept of a run, opened: for its person, who asks what is held of them. Values that do not open are left out. */
    async valuesOf(run: string): Promise<{ readonly placeholder: string; readonly value: string; readonly fromInput: boolean }[]> {
      if (!isMigrated(this.ctx.storage.sql)) return [];
      const kept = listStored(this.ctx.storage.sql, run);
      const keys = await this.#keysOf(kept.map(({ stored }) => stored));
      return kept.flatMap(({ placeholder, stored }) => {
        const key = keys.get(stored.subject) ?? null;
        const value = key === null ? null : unsealStored(key, run, placeholder, stored);
        return value === null ? [] : [{ placeholder, value, fromInput: stored.from_input === 1 }];
      });
    }

    /** The person was erased when the run was there already. */
    #isErased(subject: string, run: string): boolean {
      const erasure = this.#erasureOf(subject);
      return erasure !== null && idTime(run) <= erasure.at;
    }

    /** What began then names nobody in this person's place. */
    #isUnnamed(subject: string, since: EpochMs): boolean {
      const erasure = this.#erasureOf(subject);
      return erasure !== null && since <= erasure.unnamedUntil;
    }

    #erasureOf(subject: string) {
      const { storage } = this.ctx;
      if (!isMigrated(storage.sql)) return null;
      migrate(storage, VAULT_SCHEMA);
      return erasureOf(storage.sql, subject);
    }

    async #keysOf(rows: readonly (StoredValue | null)[]) {
      const subjects = [...new Set(rows.flatMap((row) => (row === null ? [] : [row.subject])))];
      return new Map(await Promise.all(subjects.map(async (subject) => [subject, await this.#shelf.find(subject)] as const)));
    }
  };
}

const sealingKeyOf = (key: PersonKey, subject: string, run: string): SealingKey => ({
  person: personOf(subject),
  keyId: key.id,
  bytes: keyOfRun(key, run),
});

/** Whether a carried value counts as put in by the input of the owner that gets it, and whether that owner recalls it. */
function originOf({ from_input, recalled }: StoredValue, as: CarriedAs): { readonly fromInput: boolean; readonly recalled: boolean } {
  if (as === "same") return { fromInput: from_input === 1, recalled: recalled === 1 };
  if (as === "stored") return { fromInput: from_input === 1 || recalled === 1, recalled: false };
  return { fromInput: false, recalled: from_input === 1 };
}

/** The object, as its stub sees it. */
export type Vault = InstanceType<ReturnType<typeof defineVault>>;
