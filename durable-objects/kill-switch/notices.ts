/** What people are told of throws, recoveries and requests for one: a row each, until the watches of the orgs concerned have it. */
import type { StopScope } from "../../core/kill-switch/stops.ts";
import { scopeText } from "../../core/kill-switch/stops.ts";
import type { Recovery, Switch } from "../../core/kill-switch/switch.ts";
import type { Notice } from "../../core/notice/notice.ts";
import { type EpochMs, toRfc3339 } from "../../core/time.ts";
import { drain, type Policy } from "../kit/drain.ts";
import { type DueRow, DueRows } from "../kit/due-rows.ts";
import { waitingAbout } from "../kit/same-thing.ts";

/** PERSISTED: the body of a row. `org` null: every org of the deployment. `after`: notices about the same switch that go first; absent: none. */
type Body = { readonly org: string | null; readonly notice: Notice; readonly after?: readonly string[] };

const POLICY: Policy = { rows: 20, width: 4, answerWithinMs: 20_000, retryMs: { first: 2_000, cap: 60_000 }, attempts: 50 };

/** Notices that the orgs' watches do not have yet. */
export class KillNotices {
  readonly #sql: SqlStorage;
  readonly #rows: DueRows<DueRow>;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#rows = new DueRows(sql, "notice");
  }

  /** MUST be called inside the transaction of what it tells. `id`: of the entry in the audit log. */
  put(id: string, type: "kill_switch.thrown" | "kill_switch.recovered", state: Switch, at: EpochMs): void {
    const { by, epoch } = state.recovered ?? state.thrown;
    const notice: Notice = {
      ...{ id, type, severity: "critical", dedup: `kill-switch/${state.id}` },
      ...(type === "kill_switch.recovered" ? { resolves: true } : {}),
      data: { switch: state.id, scope: scopeText(state.scope), by, at: toRfc3339(at), epoch, runbook: "docs/kill-switch.md" },
    };
    this.#add({ org: orgOf(state.scope), notice }, at);
  }

  /** A second person is needed. MUST be called inside the transaction of the request. Of `all` only the org that asked is told: nobody else can approve it. */
  putRecovery({ id, asker, at }: Recovery, state: Switch): void {
    const data = { recovery: id, switch: state.id, scope: scopeText(state.scope), by: asker.user, at: toRfc3339(at) };
    const notice: Notice = {
      ...{ id, type: "kill_switch.recovery_requested", severity: "critical", dedup: `kill-switch/${state.id}` },
      data: { ...data, approve: `POST /admin/kill-switch/recovery/${id}/approve`, runbook: "docs/kill-switch.md" },
    };
    this.#add({ org: orgOf(state.scope) ?? asker.org, notice }, at);
  }

  #add({ org, notice }: Body, at: EpochMs): void {
    const after = waitingAbout(this.#sql, notice);
    const body: Body = { org, notice, ...(after.length === 0 ? {} : { after }) };
    this.#sql.exec("INSERT INTO notice (id, body, due_at) VALUES (?, ?, ?)", body.notice.id, JSON.stringify(body), at);
  }

  #waits(id: string): boolean {
    return this.#sql.exec("SELECT 1 FROM notice WHERE id = ?", id).toArray().length > 0;
  }

  async tell(tellOne: (org: string | null, notice: Notice) => Promise<void>, now: () => EpochMs): Promise<void> {
    const tellEach = async (rows: readonly DueRow[]) => {
      for (const { body } of rows) {
        const { org, notice, after = [] } = JSON.parse(body) as Body;
        if (after.some((earlier) => this.#waits(earlier))) return "retry" as const;
        await tellOne(org, notice);
      }
      return "done" as const;
    };
    await drain(this.#rows, POLICY, tellEach, now);
  }

  nextDueAt(): EpochMs | null {
    return this.#rows.nextDueAt();
  }
}

const orgOf = (scope: StopScope): string | null => (scope.kind === "all" ? null : scope.org);
