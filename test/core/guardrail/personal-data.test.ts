import { describe, expect, it } from "vitest";
import type { PersonalDataType } from "../../../core/guardrail/finding.ts";
import { findPersonalData } from "../../../core/guardrail/pii/personal-data.ts";

const found = (text: string, context = "") =>
  findPersonalData(text, context).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);
/** Alone, inside a sentence, and as a JSON field: each time found whole and by its kind. */
const expectFound = (type: PersonalDataType, value: string) => {
  for (const text of [value, `Hello, ${value}, thank you.`, `{"a":"${value}"}`, `(${value})`, `${value}\nBye`]) {
    expect(found(text), text).toEqual([`${type} ${value}`]);
  }
};
const expectNothing = (text: string) => expect(found(text), text).toEqual([]);

describe("EMAIL", () => {
  it.each([
    "ada@example.com",
    "ada.lovelace+shop@mail.example.co.uk",
    "a@b.io",
    "JOSÉ@ejemplo.es",
    "müller@bücher.de",
    "x_y-z%1@sub.example.museum",
    "o'brien@example.ie",
    "用户@例子.公司",
    "user@xn--bcher-kva.example",
  ])("finds %s", (value) => expectFound("EMAIL", value));
  it.each([
    "ada＠example．com",
    "ada@exam\u200bple.com",
    "a\u00adda@example.com",
    "ada@example。com",
    "ａｄａ@example.com",
    "ada [at] example [dot] com",
    "ada(at)example.com",
    "ada%40example.com",
  ])("is not misled by %j", (value) => expect(found(`mail ${value} now`)).toEqual([`EMAIL ${value}`]));
  it("stops where a URL, a form or a sentence goes on", () => {
    expect(found("?email=ada@example.com&x=1")).toEqual(["EMAIL ada@example.com"]);
    expect(found("mailto:ada@example.com.")).toEqual(["EMAIL ada@example.com"]);
    expect(found("<ada@example.com>,bob@example.com")).toEqual(["EMAIL ada@example.com", "EMAIL bob@example.com"]);
  });
  it.each(["@handle", "ada@", "ada@localhost", "photo@2x.png", "a @ b.com", "npm i @scope/pkg@1.2.3", "look @ this.now", "10 % @ 3.5"])(
    "leaves %s",
    expectNothing,
  );
});

describe("CREDIT_CARD", () => {
  const cards = [
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "3782 822463 10005",
    "30569309025904",
    "3056 930902 5904",
    "6011111111111117",
    "3530111333300000",
    "6200000000000005",
    "4222222222222",
    "6304000000000000",
    "4000000000000000006",
  ];
  it.each(cards)("finds %s", (value) => expectFound("CREDIT_CARD", value));
  it.each([
    "４１１１１１１１１１１１１１１１",
    "4111\u00a01111\u00a01111\u00a01111",
    "4111\u200b1111\u200b1111\u200b1111",
    "4111–1111–1111–1111",
    "4111\u20111111\u20111111\u20111111",
    "4111.1111.1111.1111",
    "4111 - 1111 - 1111 - 1111",
    "4111\n1111\n1111\n1111",
    "٤١١١١١١١١١١١١١١١",
    "𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
  ])("is not misled by %j", (value) => expect(found(`card ${value} please`)).toEqual([`CREDIT_CARD ${value}`]));
  it("finds it among other numbers", () => {
    for (const text of ["card_4111111111111111", "card4111111111111111and"]) expect(found(text)).toEqual(["CREDIT_CARD 4111111111111111"]);
    expect(found("order 12345 4111 1111 1111 1111 12/27")).toEqual(["CREDIT_CARD 4111 1111 1111 1111"]);
    expect(found("4111111111111111 5555555555554444")).toEqual(["CREDIT_CARD 4111111111111111", "CREDIT_CARD 5555555555554444"]);
  });
  it.each([
    "4111111111111112",
    "4111 1111 1111 1112",
    "9111111111111111",
    "1234567890123456",
    "41111111111111111111111",
    "550e8400-e29b-41d4-a716-446655440000",
    "41111111111",
  ])("leaves %s", expectNothing);
});

describe("SSN", () => {
  it.each(["123-45-6789", "123 45 6789", "899-01-0001"])("finds %s", (value) => expectFound("SSN", value));
  it("takes nine digits in a row where the words before say so", () => {
    expect(found("my SSN is 123456789")).toEqual(["SSN 123456789"]);
    expect(found("123456789", "social_security_number")).toEqual(["SSN 123456789"]);
    expect(found("social security: １２３‐４５‐６７８９")).toEqual(["SSN １２３‐４５‐６７８９"]);
  });
  it.each([
    "000-45-6789",
    "666-45-6789",
    "900-45-6789",
    "123-00-6789",
    "123-45-0000",
    "123456789",
    "123-456-789",
    "A123-45-6789",
    "order 123456789",
    "123-45-67890",
    "12-123-45-6789",
  ])("leaves %s", expectNothing);
});

describe("IBAN", () => {
  it.each([
    "DE89370400440532013000",
    "DE89 3704 0044 0532 0130 00",
    "GB29NWBK60161331926819",
    "GB29 NWBK 6016 1331 9268 19",
    "fr1420041010050500013m02606",
    "NO9386011117947",
    "MT84MALT011000012345MTLCAST001S",
    "DE89-3704-0044-0532-0130-00",
    "CH93 0076 2011 6238 5295 7",
  ])("finds %s", (value) => expectFound("IBAN", value));
  it("is not misled by spaces and dashes of Unicode", () => {
    const value = "DE89\u00a03704\u20090044\u200b0532‑0130 00";
    expect(found(`to ${value} please`)).toEqual([`IBAN ${value}`]);
  });
  it.each(["DE88370400440532013000", "DE8937040044053201300", "XX89370400440532013000", "DE893704004405320130001", "NWBK60161331926819"])(
    "leaves %s",
    (text) => expect(found(text).filter((line) => line.startsWith("IBAN"))).toEqual([]),
  );
});

describe("IP", () => {
  it.each([
    "10.0.0.1",
    "192.168.178.254",
    "8.8.8.8",
    "2001:db8::8a2e:370:7334",
    "2001:0db8:0000:0000:0000:ff00:0042:8329",
    "::ffff:192.0.2.128",
    "fe80::1ff:fe23:4567:890a%eth2",
    "2001:db8::",
    "64:ff9b::192.0.2.33",
  ])("finds %s", (value) => {
    expect(found(`from ${value} today`)).toEqual([`IP ${value}`]);
    expect(found(value)).toEqual([`IP ${value}`]);
  });
  it("finds it with a port, a prefix length, in a URL", () => {
    expect(found("http://10.0.0.1:8080/x 10.0.0.0/8 [2001:db8::1]:443")).toEqual(["IP 10.0.0.1", "IP 10.0.0.0", "IP 2001:db8::1"]);
  });
  it.each([
    "1.2.3",
    "v1.2.3.4",
    "version 10.0.0.1",
    "256.1.1.1",
    "1.2.3.4.5",
    "12:30:45",
    "2024-01-02T10:30:45",
    "std::vector",
    "x[1::2]",
    "a::b",
    "00:1A:2B:3C:4D:5E",
    "1.2.3.400",
    "01.02.03.04",
  ])("leaves %s", expectNothing);
});

describe("PHONE", () => {
  it.each([
    "+49 30 1234567",
    "+1 (202) 555-0143",
    "+442079460958",
    "+33 6 12 34 56 78",
    "0044 20 7946 0958",
    "(202) 555-0143",
    "202-555-0143",
    "202.555.0143",
    "1-800-555-0199",
    "030 1234567",
    "0151 23456789",
    "020 7946 0958",
    "06 12 34 56 78",
    "612 345 678",
    "030/1234567",
  ])("finds %s", (value) => {
    expect(found(`reach me: ${value}, thanks`)).toEqual([`PHONE ${value}`]);
    expect(found(value)).toEqual([`PHONE ${value}`]);
  });
  it("takes a bare row of digits where the words before say so", () => {
    expect(found("call me at 2025550143")).toEqual(["PHONE 2025550143"]);
    expect(found("2025550143", "phone_number")).toEqual(["PHONE 2025550143"]);
    expect(found("Tel.: 555-0143")).toEqual(["PHONE 555-0143"]);
  });
  it("is not misled by Unicode", () => {
    expect(found("＋49 30 1234567")).toEqual(["PHONE ＋49 30 1234567"]);
    expect(found("202‑555‑0143")).toEqual(["PHONE 202‑555‑0143"]);
  });
  it.each([
    "order 1234567890",
    "order no. 202-555-0143x1234567",
    "#2025550143",
    "2024-01-02",
    "02.01.2024",
    "01/02/2024 10:30",
    "2024-01-02T10:30:00.000Z",
    "$1,234,567.00",
    "1.234.567,89 EUR",
    "550e8400-e29b-41d4-a716-446655440000",
    "run_01JCZ8Q1V7X3B5N9M2K4P6R8T0",
    "1700000000000",
    "ISBN 978-3-16-148410-0",
    "tracking 1Z999AA10123456784",
    "invoice 2024-000123",
    "12345678",
    "3.14159265358979",
    "192.168.100.200.1",
    "1 000 000 units",
    "ord_12345",
    "A-1001",
    "20240102103045",
    "10 - 20 - 30",
  ])("leaves %s", expectNothing);
});

describe("SECRET", () => {
  const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
  it.each(["bh_0123456789abcdefABCDEF", "sk-proj-abcdefghij0123456789", `AKIA${"IOSFODNN7EXAMPLE"}`, `ghp_${"a1B2".repeat(9)}`, jwt])(
    "finds %s",
    (value) => expectFound("SECRET", value),
  );
  it("finds a private key, whole or cut off", () => {
    const key = `-----BEGIN RSA ${"PRIVATE"} KEY-----\nMIIEowIBAAKCAQEA0123\n4567\n-----END RSA ${"PRIVATE"} KEY-----`;
    expect(found(`key:\n${key}\nthanks`)).toEqual([`SECRET ${key}`]);
    expect(found(key.slice(0, 50))).toEqual([`SECRET ${key.slice(0, 50)}`]);
  });
  it("finds what is named a password and looks like one", () => {
    expect(found("my password is hunter2hunter2")).toEqual(["SECRET hunter2hunter2"]);
    expect(found("Xk29fjs02lq", "password")).toEqual(["SECRET Xk29fjs02lq"]);
  });
  it.each([
    "the password is forgotten",
    "please reset my password immediately",
    "sk-",
    "ask-me-anything-about-this-product",
    "AKIA is a prefix",
  ])("leaves %s", expectNothing);
});

describe("together", () => {
  it("gives one kind to a stretch that several claim, and never overlaps", () => {
    expect(found("4111111111111111@example.com")).toEqual(["EMAIL 4111111111111111@example.com"]);
    expect(found("ada@10.0.0.1")).toEqual(["EMAIL ada@10.0.0.1"]);
  });
  it("does not look into placeholders", () => {
    expect(found("{{EMAIL_1}} {{PHONE_123456}} {{CREDIT_CARD_2}}")).toEqual([]);
    expect(found("{{IP_4111111111111111}}")).toEqual(["CREDIT_CARD 4111111111111111"]);
  });
  it("takes time in proportion to the text, whatever it is made of", () => {
    const hostile = [
      "@",
      "a@",
      "1 ",
      "1-",
      "((((",
      "+",
      "a.",
      "1.1.",
      "::",
      "a:",
      "DE89 ",
      "eyJ",
      "sk-",
      "password ",
      "-----BEGIN PRIVATE KEY-----",
      "４",
      "\u200b",
      "(at) ",
      "4111 ",
      "0",
      "a",
      "%40",
      "{{EMAIL_",
      "“",
      "x@y.",
      "00 ",
      "é",
      "1(2)",
      "[at]a[dot]",
    ];
    for (const piece of hostile) {
      const text = piece.repeat(Math.ceil(200_000 / piece.length));
      const start = performance.now();
      findPersonalData(text);
      expect(performance.now() - start, `200 kB of ${JSON.stringify(piece)}`).toBeLessThan(1000);
    }
  });
});
