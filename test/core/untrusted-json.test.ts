/** Numbers from outside: what a double does not hold is refused with its place, and nothing changes silently. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readEnvelope } from "../../core/model/answer.ts";
import { readJsonText } from "../../core/model/json-text.ts";
import { parseExact, parseUntrusted } from "../../core/untrusted-json.ts";
import { cpuMs } from "../support/cpu-time.ts";

const refusal = (text: string) => {
  const parsed = parseUntrusted(text);
  return parsed.ok ? null : parsed.error;
};

describe("a JSON text from outside", () => {
  it.each([
    ['{"total":1e400}', "/total"],
    ['{"a":[0,{"b/c":-1e400}]}', "/a/1/b~1c"],
    ['{"x":"1e400, \\" 1e400","y":1E+400}', "/y"],
    ["1e999999", ""],
    ['{"tiny":1e-400}', "/tiny"],
    ['{"id":9007199254740993}', "/id"],
    ['{"id":-9007199254740993}', "/id"],
    ['{"id":10000000000000000}', "/id"],
    ['{"id":9007199254740993.0}', "/id"],
    ['{"id":9007199254740993e0}', "/id"],
    ['{"id":900719925474099.3e1}', "/id"],
    ["[1,2,[18446744073709551616]]", "/2/0"],
    ['{"__proto__":{"constructor":2512292042121000001}}', "/__proto__/constructor"],
    [`{"id":${"9".repeat(5_000)}}`, "/id"],
    ['{"a\\u0062":[true,false,null,1e400]}', "/ab/3"],
  ])("[JSON-1] %s is refused with its path", (text, path) => {
    expect(refusal(text)).toEqual({ why: "number", path });
  });

  it.each([
    "9007199254740992",
    "-9007199254740992",
    "9007199254740991",
    "1e22",
    "1.5e300",
    "1.7976931348623157e308",
    "5e-324",
    "0e400",
    "0.0",
    "123456789.123456789123456789",
    "9007199254740991.5",
    '{"true":true,"e":"e400","long text":"12345678901234567890e400"}',
  ])("[JSON-1] %s is read", (text) => {
    expect(parseUntrusted(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });

  it("[JSON-4] a fraction is rounded where it has other digits than its double has to as many places", () => {
    const roundedIn = (...numbers: string[]) => {
      const read = parseExact(`[${numbers.join(",")}]`);
      return read.ok ? (read.value.rounded ?? []).map((path) => numbers[Number(path.slice(1))]) : read.error;
    };
    const kept = ["0.1", "1e2", "1.0", "100.00", "-0.5e-3", "0.30000000000000004", "5e-324", "1.7976931348623157e308", "0e5", "0.000"];
    // As languages with 17 and more places write 0.1, and what it is in full.
    kept.push("0.10000000000000001", "0.1000000000000000055511151231257827021181583404541015625", "2.50000000000000000000");
    kept.push("-1047122550100212.2", "1047122550100212.25"); // a tie: the double is …12.25
    expect(roundedIn(...kept)).toEqual([]);
    const lost = ["1.00000000000000000001", "0.12345678901234567890", "123456789.123456789123456789", "9007199254740993.5"];
    lost.push("1.0000000000000001", "-3.14159265358979323846", `0.${"3".repeat(200)}`, "1.2345e-320", "1.00000000000000000001e5");
    expect(roundedIn(...lost)).toEqual(lost);
    expect(parseExact('{"a":{"b":[1,1.00000000000000000001]}}')).toMatchObject({ ok: true, value: { rounded: ["/a/b/1"] } });
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -(2 ** 53), max: 2 ** 53 }), (number) => {
        const ways = [String(number), number.toPrecision(17), number.toPrecision(21), number.toExponential(16)];
        expect(roundedIn(...ways.filter((way) => JSON.stringify(Number(way)) !== "null" && /[.e]/.test(way)))).toEqual([]);
      }),
    );
  });

  it("[JSON-1] agrees with the standard reader on everything that a double holds", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/\d{16}/.test(text));
        expect(parseUntrusted(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it("[JSON-1] every 64-bit whole number is either itself or refused", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), (whole) => {
        const parsed = parseUntrusted(`[${whole}]`);
        const isSafe = whole >= -(2n ** 53n) && whole <= 2n ** 53n;
        expect(parsed.ok).toBe(isSafe);
        if (parsed.ok) expect(JSON.stringify(parsed.value)).toBe(`[${whole}]`);
      }),
    );
  });

  it("[JSON-1] minus nothing is nothing, as it is after it was written once", () => {
    const parsed = parseUntrusted('{"a":[-0,-0.0,-0e3],"b":"-0"}');
    expect(parsed.ok && Object.is((parsed.value as { a: number[] }).a[0], 0)).toBe(true);
    expect(parsed).toStrictEqual({ ok: true, value: { a: [0, 0, 0], b: "-0" } });
  });

  it("[JSON-1] long whole numbers come as digits where the reader asks for them", () => {
    expect(parseExact('{"id":9007199254740993,"n":[1,-18446744073709551615],"s":"9007199254740993"}')).toEqual({
      ok: true,
      value: { value: { id: "9007199254740993", n: [1, "-18446744073709551615"], s: "9007199254740993" }, long: ["/id", "/n/1"] },
    });
    expect(parseExact('{"id":9007199254740993,"x":1e400}')).toEqual({ ok: false, error: { why: "number", path: "/x" } });
  });

  it("[JSON-1] takes time that grows with the text and no faster", () => {
    const timeOf = (length: number): number => {
      const text = `[${"1e400,".repeat(length)}${"9".repeat(length)},${"[".repeat(3)}${"0.".concat("0".repeat(length))}]]]]`;
      const before = cpuMs();
      expect(parseUntrusted(text).ok).toBe(false);
      return cpuMs() - before;
    };
    // The best of three: what else the machine does only adds.
    const best = (length: number): number => Math.min(timeOf(length), timeOf(length), timeOf(length));
    best(10_000);
    expect(best(160_000) / best(20_000)).toBeLessThan(32); // 8 where it is linear, 64 where it is quadratic
  });
});

describe("a model's answer", () => {
  it("[JSON-1] says where its JSON holds such a number, in a fence too", () => {
    const refused = { ok: false, error: { why: "number", path: "/x" } };
    expect(readJsonText('{"x":1e400}')).toEqual(refused);
    expect(readJsonText('Here:\n```json\n{"x":9007199254740993}\n```')).toEqual(refused);
  });

  it("[JSON-1] is not lost for a server's own long counters", () => {
    const text = '{"created":1764437859123456789,"choices":[{"message":{"content":"hi"}}]}';
    expect(readEnvelope(text)).toMatchObject({ ok: true, value: { choices: [{ message: { content: "hi" } }] } });
    const asked = '{"choices":[{"message":{"tool_calls":[{"function":{"arguments":{"id":9007199254740993}}}]}}]}';
    expect(readEnvelope(asked)).toMatchObject({ ok: false, error: { why: "number" } });
  });
});
