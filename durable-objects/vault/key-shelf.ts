/** The keys of an org's people: wrapped in R2, open in memory for a minute at most, so that a deleted key is soon gone from here too. */
import { personOf } from "../../kit/sealed-text.ts";
import { newKeyBytes, type PersonKey, personKey, unwrapKey, wrapKey } from "./envelope.ts";

/** Where wrapped keys lie (R2: strongly consistent, and beyond the reach of a restored object). */
export type KeyStore = {
  get(name: string): Promise<Uint8Array | null>;
  /** True when it was stored; false, and nothing changed, when there was one already. */
  putIfAbsent(name: string, bytes: Uint8Array): Promise<boolean>;
  /** True when there was one. */
  remove(name: string): Promise<boolean>;
};

/** Where wrapped keys are kept, the master key, and the clock. */
export type KeyShelfPorts = { readonly keys: KeyStore; masterKey(): Promise<Uint8Array>; now(): number };

const OPEN_FOR_MS = 60_000;
const MAX_OPEN = 500;

/** The keys of an org's people, opened on demand. */
export class KeyShelf {
  readonly #ports: KeyShelfPorts;
  readonly #org: string;
  /** By person (`personOf`). */
  readonly #open = new Map<string, { readonly key: PersonKey; readonly until: number }>();
  /** Keys that nobody keeps: what is sealed under one is lost when this object ends. */
  readonly #lost = new Map<string, PersonKey>();
  /** Makings and removals of one person's key, one after the other. */
  readonly #turns = new Map<string, Promise<unknown>>();
  #removals = 0;

  /** `org`: what stands for the org in the names of its keys. */
  constructor(ports: KeyShelfPorts, org: string) {
    this.#ports = ports;
    this.#org = org;
  }

  /** The person's key; null when there is none (any more). */
  find(subject: string): Promise<PersonKey | null> {
    return this.findOf(personOf(subject));
  }

  /** As `find`, of a person who is known by `personOf` only. */
  async findOf(person: string): Promise<PersonKey | null> {
    const known = this.#open.get(person);
    if (known !== undefined && known.until > this.#ports.now()) return known.key;
    this.#open.delete(person);
    const name = this.#nameOf(person);
    const removals = this.#removals;
    const wrapped = await this.#ports.keys.get(name);
    const master = wrapped === null ? null : await this.#ports.masterKey();
    if (removals !== this.#removals) return this.findOf(person); // it may have been read before it was removed
    return wrapped === null || master === null ? null : this.#keep(person, unwrapKey(master, name, wrapped));
  }

  /**
   * The person's key, made when there is none. Two that make one at the same time end with the same. `isErased` is asked when no removal is
   * under way any more: where it says so, the answer is a key that nobody keeps.
   */
  async findOrMake(subject: string, isErased: () => boolean): Promise<PersonKey> {
    const known = isErased() || this.#turns.has(subject) ? null : await this.find(subject);
    if (known !== null && !isErased()) return known;
    return this.#inTurn(subject, async () => (isErased() ? this.lostKey(subject) : this.#make(subject)));
  }

  /** Removes the person's key from where it lies and from memory. True when there was one. */
  async remove(subject: string): Promise<boolean> {
    return this.#inTurn(subject, async () => {
      const removed = await this.#ports.keys.remove(this.#nameOf(personOf(subject)));
      this.#removals += 1;
      this.#open.delete(personOf(subject));
      return removed;
    });
  }

  async #make(subject: string): Promise<PersonKey> {
    const found = await this.find(subject);
    if (found !== null) return found;
    const name = this.#nameOf(personOf(subject));
    const bytes = newKeyBytes();
    if (await this.#ports.keys.putIfAbsent(name, wrapKey(await this.#ports.masterKey(), name, bytes)))
      return this.#keep(personOf(subject), bytes);
    const theirs = await this.find(subject);
    if (theirs === null) throw new Error("a key of the vault was there and is gone");
    return theirs;
  }

  /** A key of the person that nobody keeps. */
  lostKey(subject: string): PersonKey {
    const key = this.#lost.get(subject) ?? personKey(newKeyBytes());
    if (this.#lost.size >= MAX_OPEN) this.#lost.delete(this.#lost.keys().next().value ?? "");
    this.#lost.set(subject, key);
    return key;
  }

  async #inTurn<T>(subject: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(subject) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#turns.set(subject, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(subject) === turn) this.#turns.delete(subject);
    }
  }

  #keep(person: string, bytes: Uint8Array): PersonKey {
    const key = personKey(bytes);
    if (this.#open.size >= MAX_OPEN) this.#open.delete(this.#open.keys().next().value ?? "");
    this.#open.set(person, { key, until: this.#ports.now() + OPEN_FOR_MS });
    return key;
  }

  /** PERSISTED as the R2 key: the person is found by it, not read from it. */
  #nameOf(person: string): string {
    return `v1/${this.#org}/${person}`;
  }
}
