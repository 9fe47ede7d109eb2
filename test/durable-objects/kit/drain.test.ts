/** One turn of a drain: what it claims, how many it sends at a time, and what becomes of a row that was or was not taken. */
import { describe, expect, it } from "vitest";
import { drain, type Policy, type Sent, type Waiting } from "../../../durable-objects/kit/drain.ts";

const NOW = 1_000_000;
const POLICY: Policy = { rows: 4, width: 2, answerWithinMs: null, retryMs: { first: 100, cap: 1_000 }, attempts: null };
type Row = Waiting & { readonly id: string };

function makeWorld(ids: readonly string[], attempts = 0) {
  const rows = new Map(ids.map((id) => [id, { id, body: id, attempts, dueAt: NOW }]));
  const shelf = {
    due: (at: number, limit: number): Row[] =>
      [...rows.values()]
        .filter(({ dueAt }) => dueAt <= at)
        .slice(0, limit)
        .map((row) => ({ ...row })),
    claim({ id }: Row, until: number) {
      const row = rows.get(id);
      if (row !== undefined) Object.assign(row, { dueAt: until, attempts: row.attempts + 1 });
    },
    dueAgain({ id }: Row, until: number) {
      const row = rows.get(id);
      if (row !== undefined) row.dueAt = until;
    },
    remove: ({ id }: Row) => void rows.delete(id),
  };
  const turn = (send: (ids: readonly string[]) => Promise<Sent>, policy: Partial<Policy> = {}, at = NOW) =>
    drain(
      shelf,
      { ...POLICY, ...policy },
      (parcel) => send(parcel.map(({ id }) => id)),
      () => at,
    );
  return { rows, shelf, turn, left: () => [...rows.keys()] };
}

const fails = () => Promise.reject(new Error("out of reach"));

describe("a drain", () => {
  it("sends at most so many rows a turn, at most so many at a time, in their order", async () => {
    const { turn, left } = makeWorld(["a", "b", "c", "d", "e"]);
    const sent: string[] = [];
    let [under, most] = [0, 0];
    const claimed = await turn(async ([id = ""]) => {
      sent.push(id);
      most = Math.max(most, ++under);
      await new Promise((resolve) => setTimeout(resolve, 1));
      under -= 1;
      return "done";
    });
    expect([claimed, sent, most, left()]).toEqual([4, ["a", "b", "c", "d"], 2, ["e"]]);
  });

  it("claims everything before it sends anything: a second turn at the same time takes the rest", async () => {
    const { turn } = makeWorld(["a", "b", "c", "d", "e"]);
    const sent: string[] = [];
    const send = async ([id = ""]: readonly string[]): Promise<Sent> => {
      sent.push(id);
      return "done";
    };
    await Promise.all([turn(send), turn(send)]);
    expect(sent.toSorted()).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("counts the wait from a refusal that came at once, and keeps the claim of a row that is still being sent", async () => {
    const { turn, rows } = makeWorld(["refused", "under way"]);
    const turned = turn(([id]) => (id === "refused" ? Promise.resolve("retry") : new Promise(() => {})), { answerWithinMs: 50 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([rows.get("refused")?.dueAt, rows.get("under way")?.dueAt]).toEqual([NOW + 100, NOW + 150]);
    await turned;
  });

  it("keeps a row whose send failed, and waits twice as long each time, up to the cap", async () => {
    for (const [attempts, wait] of [
      [0, 100],
      [1, 200],
      [3, 800],
      [4, 1_000],
      [60, 1_000],
    ] as const) {
      const { turn, rows } = makeWorld(["a"], attempts);
      await turn(fails);
      expect(rows.get("a")).toEqual({ id: "a", body: "a", attempts: attempts + 1, dueAt: NOW + wait });
    }
  });

  it("keeps a row that has no answer in time, and does not send it again before that time is over", async () => {
    const { turn, rows } = makeWorld(["a"]);
    await turn(() => new Promise<Sent>(() => undefined), { answerWithinMs: 5 });
    expect(rows.get("a")?.dueAt).toBe(NOW + 105);
  });

  it("gives a row up after its last attempt, and never where the policy says so", async () => {
    for (const send of [fails, async (): Promise<Sent> => "retry"]) {
      const bounded = makeWorld(["a"], 10);
      await bounded.turn(send, { attempts: 12 });
      expect(bounded.left()).toEqual(["a"]);
      await bounded.turn(send, { attempts: 12 }, NOW + 10_000);
      expect(bounded.left()).toEqual([]);
      const patient = makeWorld(["a"], 1_000);
      await patient.turn(send);
      expect(patient.left()).toEqual(["a"]);
    }
  });

  it("keeps a row that is sent until it is confirmed, and sends it again when that does not happen", async () => {
    const { turn, left } = makeWorld(["a"]);
    let sends = 0;
    const send = async (): Promise<Sent> => {
      sends += 1;
      return "kept";
    };
    expect([await turn(send), await turn(send, {}, NOW + 99), await turn(send, {}, NOW + 100)]).toEqual([1, 0, 1]);
    expect([sends, left()]).toEqual([2, ["a"]]);
  });

  it("sends several rows as one parcel; they share its fate", async () => {
    const { shelf, left } = makeWorld(["a", "b", "c"]);
    const parcels = (rows: readonly Row[]) => [rows.slice(0, 2), rows.slice(2)];
    const send = async (parcel: readonly Row[]): Promise<Sent> => (parcel.length === 2 ? "done" : "retry");
    await drain(shelf, POLICY, send, () => NOW, parcels);
    expect(left()).toEqual(["c"]);
  });

  it("waits as long as a receiver asked for, and never shorter than after any failure", async () => {
    for (const [notBefore, dueAt] of [
      [NOW + 5_000, NOW + 5_000],
      [NOW + 7, NOW + 100],
    ] as const) {
      const { turn, rows } = makeWorld(["a"]);
      await turn(async () => ({ notBefore }));
      expect(rows.get("a")).toMatchObject({ attempts: 1, dueAt });
    }
  });

  it("counts the wait of a send that failed at once from then, whatever time its answer had", async () => {
    const { turn, rows } = makeWorld(["a"]);
    await turn(fails, { answerWithinMs: 50 });
    expect(rows.get("a")?.dueAt).toBe(NOW + 100);
  });

  it("gives a row up at its last attempt, not one before", async () => {
    for (const [attempts, left] of [
      [10, ["a"]],
      [11, []],
    ] as const) {
      const world = makeWorld(["a"], attempts);
      await world.turn(fails, { attempts: 12 });
      expect(world.left()).toEqual(left);
    }
  });

  it("keeps what is kept, also on its last attempt, and leaves out who has no place for an answer", async () => {
    const { turn, left } = makeWorld(["a"], 11);
    await turn(async () => "kept", { attempts: 12 });
    expect(left()).toEqual(["a"]);
    const claimed: string[] = [];
    const shelf = { due: () => [{ id: "a", body: "", attempts: 0 }], claim: ({ id }: Row) => void claimed.push(id) };
    for (const sent of ["done", "retry"] as const)
      await drain(
        shelf as unknown as Parameters<typeof drain<Row>>[0],
        POLICY,
        async () => sent,
        () => NOW,
      );
    expect(claimed).toEqual(["a", "a"]);
  });
});
