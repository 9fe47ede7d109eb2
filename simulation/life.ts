/** One life of an object: from its construction to its end by crash, eviction or new code. What it had in memory ends with it. */
import type { Owner } from "./clock.ts";
import type { Disk } from "./disk.ts";
import { ObjectReset } from "./take-over.ts";

/** How a life may end: at once, or with every storage call refused for what is left of it. */
export const ENDS = ["crash", "crash", "crash", "code updated"] as const;

export type End = (typeof ENDS)[number];
type Struck = (place: string) => End | null;
type Ended = (life: Life, how: End) => void;

export class Life implements Owner {
  readonly name: string;
  readonly disk: Disk;
  dead = false;
  /** The code was updated under it: every storage call throws from now on, while a new life may work on the same disk. */
  outdated = false;
  #mute = false;
  /** Callers that wait for an answer of this life. */
  readonly callers = new Set<(error: Error) => void>();
  /** Strikes at a point of this life; returns how it ends, or null. */
  readonly #struck: Struck;
  readonly #ended: Ended;

  constructor(name: string, disk: Disk, struck: Struck, ended: Ended) {
    this.name = name;
    this.disk = disk;
    this.#struck = struck;
    this.#ended = ended;
  }

  /** A point at which the life may end. Throws when it has ended: there is nothing after it. */
  point(what: string): void {
    if (this.dead || this.outdated) throw new ObjectReset("this object is gone");
    const how = this.#struck(`${this.name}/${what}`);
    if (how === null) return;
    this.end(how);
    throw new ObjectReset(how);
  }

  end(how: End): void {
    if (this.dead) return;
    this.#mute = this.disk.isOpen; // what would follow writes that were never durable never leaves
    if (!this.outdated) this.disk.abort();
    if (how === "crash") this.dead = true;
    else this.outdated = true;
    this.#ended(this, how);
    for (const caller of this.callers) caller(new ObjectReset(`Durable Object reset: ${how}`));
    this.callers.clear();
  }

  /** Something leaves for the outside: held until what was written before it is durable. The life may end before or after it. */
  leave(what: string, work: () => void): void {
    if (this.dead) return;
    if (this.outdated) {
      if (!this.#mute) work(); // a stale instance may still speak; it can store nothing
      return;
    }
    try {
      this.point(`${what}:leaves`);
    } catch {
      return;
    }
    this.disk.afterCommit(() => {
      if (this.dead) return;
      work();
      try {
        this.point(`${what}:left`);
      } catch {
        // Ended right after it had left.
      }
    });
  }
}
