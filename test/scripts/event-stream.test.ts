import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventStreamParser } from "../../sdk/event-stream.ts";

const parse = (...pieces: string[]) => {
  const parser = new EventStreamParser();
  return { events: pieces.flatMap((piece) => parser.push(piece)), retryMs: parser.retryMs };
};

const STREAM =
  'retry: 5000\n\n: a comment\nid: 1\nevent: run.created\ndata: {"a":\ndata: 1}\n\nid: 2\r\nevent: step.started\r\ndata:x\r\n\r\ndata: no name\r\rdata: unfinished';
const EVENTS = [
  { event: "run.created", data: '{"a":\n1}', id: "1" },
  { event: "step.started", data: "x", id: "2" },
  { event: "message", data: "no name", id: "2" },
];

describe("server-sent events", () => {
  it("are read with every kind of line end, comments, names, ids and several lines of data", () => {
    expect(parse(STREAM)).toEqual({ events: EVENTS, retryMs: 5000 });
  });

  it("are the same however the stream is cut into pieces", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: STREAM.length }), { maxLength: 12 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
        const pieces = at.slice(1).map((end, index) => STREAM.slice(at[index], end));
        expect(parse(...pieces).events).toEqual(EVENTS);
      }),
    );
  });

  it("keep an unfinished event to themselves, and drop one without data", () => {
    expect(parse("id: 7\nevent: x\n\n", "data: late\n").events).toEqual([]);
  });

  it("skip a byte order mark, and an id with a zero in it", () => {
    expect(parse("\uFEFFdata: a\nid: 1\0\n\n").events).toEqual([{ event: "message", data: "a", id: "" }]);
  });

  it("take no delay that is not all digits", () => {
    expect(parse("retry: 5s\n\n").retryMs).toBeNull();
  });
});
