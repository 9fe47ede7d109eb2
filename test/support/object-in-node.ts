/**
 * A Durable Object in Node, over SQLite in memory: its rooms' tests that need no runtime, and lives that end between two calls. The storage is
 * that of simulated worlds (simulation/storage.ts), in which nothing goes wrong here.
 */
import { Disk, type Row } from "../../simulation/disk.ts";
import { Life } from "../../simulation/life.ts";
import { storageOf } from "../../simulation/storage.ts";

type Rings = { alarm?(): Promise<void> | void };
type ClassOf<Room> = new (ctx: DurableObjectState, env: Cloudflare.Env) => Room;

/** A storage without an object, for what rooms share. */
export function bareStorage() {
  const disk = new Disk();
  const queries: string[] = [];
  const storage = heardBy(
    queries,
    storageOf(
      new Life(
        "bare",
        disk,
        () => null,
        () => undefined,
      ),
    ),
  );
  const rows = <R extends Row = Row>(query: string): R[] => disk.run(query, []) as R[];
  const tables = (): string[] =>
    rows<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").map(({ name }) => name);
  return { storage, queries, rows, tables };
}

/** Notes every query. */
function heardBy(queries: string[], storage: DurableObjectStorage): DurableObjectStorage {
  const { exec } = storage.sql;
  Object.assign(storage.sql, {
    exec: (query: string, ...bindings: unknown[]) => {
      queries.push(query);
      return exec(query, ...bindings);
    },
  });
  return storage;
}

/** The object: its storage for good, and one life of it at a time. */
export class ObjectInNode<Room extends Rings> {
  readonly disk: Disk;
  readonly #made: ClassOf<Room>;
  readonly #name: string;
  #life: Life | null = null;
  #room: Room | null = null;
  /** Everything that was asked of its storage. */
  readonly queries: string[] = [];
  /** What the object goes on with after its answer. */
  #background: Promise<unknown>[] = [];

  /** `disk`: another object's, of which this is one more life at the same time: the platform ends the old one late, and its code may be another. */
  constructor(made: ClassOf<Room>, name = "object", disk = new Disk()) {
    this.#made = made;
    this.#name = name;
    this.disk = disk;
  }

  /** The object as its callers see it; the first call makes it, and the first one after `die` makes it again. */
  get room(): Room {
    if (this.#room !== null) return this.#room;
    const life = new Life(
      this.#name,
      this.disk,
      () => null,
      () => undefined,
    );
    const ctx = {
      storage: heardBy(this.queries, storageOf(life)),
      id: { name: this.#name, toString: () => `id of ${this.#name}` },
      waitUntil: (work: Promise<unknown>) => void this.#background.push(work),
    } as unknown as DurableObjectState;
    this.#life = life;
    this.#room = new this.#made(ctx, {} as Cloudflare.Env);
    return this.#room;
  }

  /** What it had in memory is gone, and what it did not commit. */
  die(): void {
    this.#life?.end("crash");
    this.#life = null;
    this.#room = null;
  }

  /** When its alarm rings; null: it has none. */
  get alarmAt(): number | null {
    return this.disk.alarm?.at ?? null;
  }

  /** Its alarm rings, whenever it was set for. */
  async ring(): Promise<void> {
    this.disk.alarm = null;
    await this.room.alarm?.();
  }

  /** Until it has done what it went on with after its answers. */
  async settled(): Promise<void> {
    while (this.#background.length > 0) await Promise.all(this.#background.splice(0));
  }

  rows<R extends Row = Row>(query: string, ...bindings: readonly unknown[]): R[] {
    return this.disk.run(query, bindings) as R[];
  }
}
