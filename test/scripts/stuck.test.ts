/** When the watchdog of a local platform ends its runtime. */
import { describe, expect, it } from "vitest";
import { holdsPort } from "../../scripts/platform/port-holder.ts";
import { MEMORY_BYTES, type Sample, SILENCE_MS, stuck } from "../../scripts/platform/stuck.ts";

/** A sample each quarter of a second: `share` of one processor is used, the first one was answered. */
const silent = (seconds: number, share: (second: number) => number): Sample[] => {
  let cpuMs = 5_000;
  return Array.from({ length: seconds * 4 + 1 }, (_, index) => {
    if (index > 0) cpuMs += 250 * share(index / 4);
    return { at: 1_000 + index * 250, answered: index === 0, cpuMs, memoryBytes: 400_000_000 };
  });
};

describe("[LOCAL-1] a local runtime that is silent and works all the time is ended", () => {
  it("after ten seconds of a loop, and not before", () => {
    expect(
      stuck(
        silent(9, () => 1),
        true,
      ),
    ).toBeNull();
    expect(
      stuck(
        silent(SILENCE_MS / 1_000, () => 1),
        true,
      ),
    ).toEqual({ why: "silence", seconds: 10 });
  });

  it("one that got little of a busy machine, once it has worked for eight seconds", () => {
    expect(
      stuck(
        silent(30, () => 0.2),
        true,
      ),
    ).toBeNull();
    expect(
      stuck(
        silent(40, () => 0.2),
        true,
      ),
    ).toEqual({ why: "silence", seconds: 40 });
  });

  it("not one that waits, that rested in between, or that answered late", () => {
    expect(
      stuck(
        silent(600, () => 0),
        true,
      ),
    ).toBeNull();
    expect(
      stuck(
        silent(60, (second) => (second > 20 && second < 23 ? 0 : 1)),
        true,
      ),
    ).toBeNull();
    const late = silent(15, () => 1).map((sample, index) => ({ ...sample, answered: index === 30 }));
    expect(stuck(late, true)).toBeNull();
    expect(stuck([], true)).toBeNull();
  });

  it("not one that starts, unless it works for half a minute without an answer", () => {
    expect(
      stuck(
        silent(20, () => 1),
        false,
      ),
    ).toBeNull();
    expect(
      stuck(
        silent(30, () => 1),
        false,
      ),
    ).toEqual({ why: "silence", seconds: 30 });
  });
});

it("[LOCAL-2] a local runtime that takes more than three GiB is ended, whether it answers or not", () => {
  const [sample] = silent(0, () => 0) as [Sample];
  expect(stuck([{ ...sample, memoryBytes: MEMORY_BYTES }], true)).toBeNull();
  expect(stuck([{ ...sample, memoryBytes: MEMORY_BYTES + 1 }], true)).toEqual({ why: "memory", bytes: MEMORY_BYTES + 1 });
});

it("[LOCAL-3] the runtime that holds the port is the one that listens where it was asked to, also after the other was restarted", () => {
  const at = (address: string) => ["serve", "--binary", `--socket-addr=entry=${address}`, "--external-addr=loopback=localhost:38001", "-"];
  expect(holdsPort(at("localhost:8787"), 8_787)).toBe(true);
  expect(holdsPort(at("*:8787"), 8_787)).toBe(true);
  expect(holdsPort(at("127.0.0.1:0"), 8_787)).toBe(false);
  expect(holdsPort(at("127.0.0.1:37907"), 8_787)).toBe(false);
  expect(holdsPort(at("127.0.0.1:18787"), 8_787)).toBe(false);
});
