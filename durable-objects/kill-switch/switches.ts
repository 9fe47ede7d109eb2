/** Switches, recoveries and the epoch in SQL. Knows rows; decides nothing. */
import { type StopScope, type Stops, scopeKey } from "../../core/kill-switch/stops.ts";
import type { Recovery, Switch } from "../../core/kill-switch/switch.ts";
import type { EpochMs } from "../../core/time.ts";

type Row = { body: string };

export class Switches {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Throws when a stored switch cannot be read: who asks then refuses. */
  stops(at: EpochMs): Stops {
    return { epoch: this.#epoch(), active: this.active().map((state) => state.scope), asOf: at };
  }

  active(): Switch[] {
    return this.#sql
      .exec<Row>("SELECT body FROM switch WHERE active = 1 ORDER BY id")
      .toArray()
      .map((row) => JSON.parse(row.body) as Switch);
  }

  activeOf(scope: StopScope): Switch | null {
    return this.#one<Switch>("SELECT body FROM switch WHERE active = 1 AND scope = ?", scopeKey(scope));
  }

  find(id: string): Switch | null {
    return this.#one<Switch>("SELECT body FROM switch WHERE id = ?", id);
  }

  save(state: Switch): void {
    this.#sql.exec(
      "INSERT INTO switch (id, scope, active, body) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE SET active = ?3, body = ?4",
      state.id,
      scopeKey(state.scope),
      state.recovered === null ? 1 : 0,
      JSON.stringify(state),
    );
  }

  findRecovery(id: string): Recovery | null {
    return this.#one<Recovery>("SELECT body FROM recovery WHERE id = ?", id);
  }

  /** Those that were asked for since then and are not approved, newest first; a hundred at most. */
  recoveriesOf(switchId: string, since: EpochMs): Recovery[] {
    return this.#sql
      .exec<Row>(
        "SELECT body FROM recovery WHERE body ->> '$.switch' = ? AND body ->> '$.at' > ? AND body ->> '$.approved' = 0 ORDER BY id DESC LIMIT 100",
        switchId,
        since,
      )
      .toArray()
      .map((row) => JSON.parse(row.body) as Recovery);
  }

  saveRecovery(recovery: Recovery): void {
    this.#sql.exec(
      "INSERT INTO recovery (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET body = ?2",
      recovery.id,
      JSON.stringify(recovery),
    );
  }

  /** MUST be called inside the transaction of the throw or recovery that it counts. */
  nextEpoch(): number {
    return this.#sql.exec<{ epoch: number }>("UPDATE deployment SET epoch = epoch + 1 RETURNING epoch").one().epoch;
  }

  #epoch(): number {
    return this.#sql.exec<{ epoch: number }>("SELECT epoch FROM deployment").one().epoch;
  }

  #one<T>(query: string, binding: string): T | null {
    const row = this.#sql.exec<Row>(query, binding).toArray()[0];
    return row === undefined ? null : (JSON.parse(row.body) as T);
  }
}
