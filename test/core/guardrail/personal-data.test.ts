import examples from "libphonenumber-js/examples.mobile.json" with { type: "json" };
import { getCountries, getExampleNumber } from "libphonenumber-js/min";
import { describe, expect, it } from "vitest";
import type { PersonalDataType } from "../../../core/guardrail/finding.ts";
import { inspectInTurns, inspectText } from "../../../core/guardrail/inspect-text.ts";
import { readSample } from "../../../core/guardrail/pii/detector.ts";
import { DETECTORS } from "../../../core/guardrail/pii/detectors.ts";
import { findPersonalData, TURN_UNITS } from "../../../core/guardrail/pii/personal-data.ts";
import { bestOf } from "../../support/cpu-time.ts";
import { often } from "../../support/depth.ts";

const found = (text: string, context = "") =>
  findPersonalData(text, context).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);
/** Alone, inside a sentence, and as a JSON field: each time found whole and by its kind. */
const expectFound = (type: PersonalDataType, value: string) => {
  for (const text of [value, `Hello, ${value}, thank you.`, `{"a":"${value}"}`, `(${value})`, `${value}\nBye`]) {
    expect(found(text), text).toEqual([`${type} ${value}`]);
  }
};
/** Of SWIFT's IBAN registry, one a country. */
const IBANS =
  "AD1200012030200359100100 AE070331234567890123456 AL47212110090000000235698741 AT611904300234573201 AZ21NABZ00000000137010001944 BA391290079401028494 BE68539007547034 BG80BNBG96611020345678 BH67BMAG00001299123456 BI4210000100010000332045181 BR1800360305000010009795493C1 CH9300762011623852957 CR05015202001026284066 CY17002001280000001200527600 CZ6508000000192000145399 DE89370400440532013000 DJ2100010000000154000100186 DK5000400440116243 DO28BAGR00000001212453611324 EE382200221020145685 EG380019000500000000263180002 ES9121000418450200051332 FI2112345600000785 FK88SC123456789012 FO6264600001631634 FR1420041010050500013M02606 GB29NWBK60161331926819 GE29NB0000000101904917 GI75NWBK000000007099453 GL8964710001000206 GR1601101250000000012300695 GT82TRAJ01020000001210029690 HR1210010051863000160 HU42117730161111101800000000 IE29AIBK93115212345678 IL620108000000099999999 IQ98NBIQ850123456789012 IS140159260076545510730339 IT60X0542811101000000123456 JO94CBJO0010000000000131000302 KW81CBKU0000000000001234560101 KZ86125KZT5004100100 LB62099900000001001901229114 LC55HEMM000100010012001200023015 LI21088100002324013AA LT121000011101001000 LU280019400644750000 LV80BANK0000435195001 LY83002048000020100120361 MC5811222000010123456789030 MD24AG000225100013104168 ME25505000012345678951 MK07250120000058984 MN121234123456789123 MR1300020001010000123456753 MT84MALT011000012345MTLCAST001S MU17BOMM0101101030300200000MUR NI45BAPR00000013000003558124 NL91ABNA0417164300 NO9386011117947 OM810180000001299123456 PK36SCBL0000001123456702 PL61109010140000071219812874 PS92PALS000000000400123456702 PT50000201231234567890154 QA58DOHB00001234567890ABCDEFG RO49AAAA1B31007593840000 RS35260005601001611379 RU0304452522540817810538091310419 SA0380000000608010167519 SC18SSCB11010000000000001497USD SD8811123456789012 SE4550000000058398257466 SI56263300012039086 SK3112000000198742637541 SM86U0322509800000000270100 SO211000001001000100141 ST23000100010051845310146 SV62CENR00000000000000700025 TL380080012345678910157 TN5910006035183598478831 TR330006100519786457841326 UA213223130000026007233566001 VA59001123000012345678 VG96VPVG0000012345678901 XK051212012345678906 YE15CBYE0001018861234567891234 HN88CABF00000000000250005469".split(
    " ",
  );
/** A line is 2, a square 4; what else the machine does is between them. */
const MOST_GROWTH = 3.5;
/** How many times as long twice the text takes. Short times are noise. */
function growth(half: string): number {
  findPersonalData(half);
  const once = Math.max(
    60,
    bestOf(() => findPersonalData(half), 20),
  );
  return bestOf(() => findPersonalData(half + half), MOST_GROWTH * once) / once;
}
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
    "ada=40example.com",
    "ada&#64;example.com",
    "ada&#x40;example.com",
    "ada&#0064;example.com",
    "ada&commat;example&period;com",
    "ada\\u0040example.com",
    "ada\\x40example\\x2ecom",
    "ada@\nexample.com",
    "ada@\r\n  example.com",
    "ada@=\r\nexample.com",
  ])("is not misled by %j", (value) => expect(found(`mail ${value} now`)).toEqual([`EMAIL ${value}`]));
  it("stops where a URL, a form or a sentence goes on", () => {
    expect(found("?email=ada@example.com&x=1")).toEqual(["EMAIL ada@example.com"]);
    expect(found("mailto:ada@example.com.")).toEqual(["EMAIL ada@example.com"]);
    expect(found("<ada@example.com>,bob@example.com")).toEqual(["EMAIL ada@example.com", "EMAIL bob@example.com"]);
  });
  it.each([
    "@handle",
    "ada@",
    "ada@localhost",
    "photo@2x.png",
    "a @ b.com",
    "npm i @scope/pkg@1.2.3",
    "git@github.com:acme/shop.git",
    "a=40",
    "look @ this.now",
    "10 % @ 3.5",
  ])("leaves %s", expectNothing);
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
    "501800000017",
    "6759649826438453",
    "3530111333300000",
    "213112345678904",
    "6062820000000011",
    "6070000000000010",
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
    "4111·1111·1111·1111",
    "4111•1111•1111•1111",
    "4111&nbsp;1111&nbsp;1111&nbsp;1111",
    "4111&#160;1111&#160;1111&#160;1111",
    "4111&middot;1111&middot;1111&middot;1111",
    "4111%201111%201111%201111",
    "4111\\u00a01111\\u00a01111\\u00a01111",
    "4111|1111|1111|1111",
    "4111:1111:1111:1111",
    "&#52;111111111111111",
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
    "EAN 4334270399479",
    "4011759523197",
    "GTIN 04011759523197",
    "JAN 4506480152117",
    "message 566194154822524949",
    "order no. 6489071083728137",
    "translate(0%, -0.5309136012499991%)",
    "weight 0.36386904787245233",
    "[.36386904787245233]",
    "0,36386904787245233",
  ])("leaves %s", expectNothing);
  it("takes a barcode's field for what it says", () => {
    expect(found("4334270399479", "ean")).toEqual([]);
    expect(found("566194154822524949", "message_id")).toEqual([]);
    expect(found("4111111111111111", "order_id")).toEqual(["CREDIT_CARD 4111111111111111"]);
  });
});

describe("SSN", () => {
  it.each(["123-45-6789", "123 45 6789", "899-01-0001"])("finds %s", (value) => expectFound("SSN", value));
  it("takes nine digits in a row where the words before say so", () => {
    expect(found("my SSN is 123456789")).toEqual(["SSN 123456789"]);
    expect(found("123456789", "social_security_number")).toEqual(["SSN 123456789"]);
    expect(found("social security: １２３‐４５‐６７８９")).toEqual(["SSN １２３‐４５‐６７８９"]);
    expect(found("SSN: 1 2 3 - 4 5 - 6 7 8 9")).toEqual(["SSN 1 2 3 - 4 5 - 6 7 8 9"]);
    expect(found("123&nbsp;45&nbsp;6789")).toEqual(["SSN 123&nbsp;45&nbsp;6789"]);
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
    "1.2.3.400",
    "01.02.03.04",
    "127.0.0.1",
    "http://127.8.9.10:3000",
    "0.0.0.0:8080",
    "255.255.255.0",
    "[::1]:3000",
    "bind [::]:80",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0",
    "numpy>=1.2.3.4",
  ])("leaves %s", expectNothing);
  it("finds it behind a word with a stroke that is no product", () => expect(found("ip/8.8.8.8")).toEqual(["IP 8.8.8.8"]));
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
    "02/123.45.67",
    "0475/12.34.56",
    "0475 12 34 56",
    "01.42.68.53.00",
    "01-42-68-53-00",
    "(11) 91234-5678",
    "11 91234-5678",
    "(021) 98765-4321",
    "+55 11 91234-5678",
    "415·555·2671",
    "415 - 555 - 2671",
  ])("finds %s", (value) => {
    expect(found(`reach me: ${value}, thanks`)).toEqual([`PHONE ${value}`]);
    expect(found(value)).toEqual([`PHONE ${value}`]);
  });
  it("takes a bare row of digits where the words before say so", () => {
    expect(found("call me at 2025550143")).toEqual(["PHONE 2025550143"]);
    expect(found("2025550143", "phone_number")).toEqual(["PHONE 2025550143"]);
    expect(found("Tel.: 555-0143")).toEqual(["PHONE 555-0143"]);
  });
  it.each([
    ["94105 (415) 555-2671", "(415) 555-2671"],
    ["room 12 415-555-2671", "415-555-2671"],
    ["12/05/2024 06 12 34 56 78", "06 12 34 56 78"],
    ["2024-05-12 0475/12.34.56", "0475/12.34.56"],
    ["75001 01 42 68 53 00", "01 42 68 53 00"],
    ["12 +49 30 901820, 3 days", "+49 30 901820"],
    ["testdata415-555-2671", "415-555-2671"],
    ["415-555-2671abc", "415-555-2671"],
    ["tel0301234567", "0301234567"],
    ["電話03-1234-5678", "03-1234-5678"],
    ["手机：13812345678", "13812345678"],
    ["тел 8 (495) 123-45-67", "8 (495) 123-45-67"],
    ["هاتف 0501234567", "0501234567"],
    ["טלפון: 050-1234567", "050-1234567"],
    ["โทร 081-234-5678", "081-234-5678"],
    ["전화 010-1234-5678", "010-1234-5678"],
    ["τηλ 2101234567", "2101234567"],
    ["whatsapp 11 912345678", "11 912345678"],
    ["+49&nbsp;30&nbsp;901820", "+49&nbsp;30&nbsp;901820"],
  ])("finds in %j what is one", (text, value) => expect(found(text)).toEqual([`PHONE ${value}`]));
  it("finds two with a stroke between", () => {
    expect(found("415-555-2671/415-555-2672")).toEqual(["PHONE 415-555-2671", "PHONE 415-555-2672"]);
    expect(found("030 1234567/0151 23456789")).toEqual(["PHONE 030 1234567", "PHONE 0151 23456789"]);
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
    "0-306-40615-2 and 3-499-13599-9",
    "0 306 40615 2",
    "ISBN 0-8044-2957-X",
    "9780306406157",
    "call id 8842113377, call duration 1800000 ms, phone model SM-G991B/DS 8842113377",
    "USt-IdNr. DE 123456789, SIREN 732 829 320, VAT GB 999 9999 73",
    "Teile-Nr. 06A 115 561 B, 0280 158 117, SKU 0445-110-369",
    "Phone: none. NPI: 7275784461",
    "call me on 2024-01-02 10:30",
    "06/2023 - 05/2024",
    "01 02 03 04 05 06 07 08",
    "A1B2-415-555-2671",
  ])("leaves %s", expectNothing);
});

describe("every country's example", () => {
  // Of these the national numbers have four or five digits: they are found with their country code only.
  const tiny = new Set(["AC", "CK", "FK", "SH", "TA", "TK"]);
  const numbers = getCountries().flatMap((country) => getExampleNumber(country, examples) ?? []);
  it("of a phone number is found, as it is dialled, written and announced", () => {
    expect(numbers.length).toBeGreaterThan(200);
    for (const number of numbers) {
      const { country = "" } = number;
      for (const value of [number.number, number.formatInternational()]) {
        expect(found(value)).toEqual([`PHONE ${value}`]);
        expect(found(`room 12 ${value}, 3 days`)).toEqual([`PHONE ${value}`]);
      }
      if (tiny.has(country)) continue;
      for (const value of [number.formatNational(), number.nationalNumber]) {
        const text = `tel: ${value}`;
        const [one, ...more] = findPersonalData(text);
        expect(more, text).toEqual([]);
        expect(one?.type, text).toBe("PHONE");
        // Argentina dials 011 before a mobile's 15.
        expect(one?.end, text).toBe(text.length);
      }
    }
  });
  it.each(IBANS)("of an IBAN is found: %s", (iban) => {
    const printed = iban.replace(/(.{4})(?=.)/g, "$1 ");
    for (const value of [iban, printed, iban.toLowerCase()]) expect(found(`to ${value} please`)).toEqual([`IBAN ${value}`]);
  });
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
  it("takes time in proportion to the text, whatever it is made of", { timeout: 60_000 }, () => {
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
      "a@b.co ",
      "tel 1234567 ",
      "+1 ",
      "1·",
      "0475 12 34 56 ",
      "&#64;",
      "&#",
      "\\u0040",
      "%20",
      "=40",
      "5 5 5 - ",
    ];
    for (const piece of hostile) {
      const text = piece.repeat(Math.ceil(50_000 / piece.length));
      expect(
        bestOf(() => findPersonalData(text), 500),
        `50 kB of ${JSON.stringify(piece)}`,
      ).toBeLessThan(500); // a square of the length takes minutes; machines differ by a factor of two
    }
  });
  it.each(["a@b.co ", "ada@example.com\n", "tel 1234567 ", "4111 1111 1111 1111, ", "1 "])(
    "takes less than four times as long, as a square would, for twice as much of %j",
    { timeout: 30_000 },
    (piece) => {
      expect(growth(piece.repeat(Math.ceil(often(40_000, 100_000) / piece.length)))).toBeLessThan(MOST_GROWTH);
    },
  );
  const kinds = DETECTORS.map(({ type, samples }) => [type, samples.hits.map((sample) => readSample(sample).text).join("\n")] as const);
  it.each(kinds)("[GUARD-21] takes less than four times as long for twice as many lines of %s", { timeout: 60_000 }, (_type, lines) => {
    expect(growth(`${lines}\n`.repeat(Math.ceil(often(25_000, 50_000) / lines.length)))).toBeLessThan(MOST_GROWTH);
  });
  it.each(kinds)(
    "[GUARD-21] reads long texts of %s in turns, none of them longer than 200 ms, and finds the same",
    async (_type, lines) => {
      const text = `${lines}\n`.repeat(Math.ceil(often(35_000, 70_000) / lines.length));
      let pauses = 0;
      const inspected = await inspectInTurns(inspectText, text, "user", "", async () => void pauses++);
      expect(inspected).toEqual(inspectText(text, "user"));
      expect(pauses).toBeGreaterThanOrEqual(Math.floor(text.length / TURN_UNITS));
      expect(bestOf(() => findPersonalData(text.slice(0, TURN_UNITS)), 200)).toBeLessThan(200);
    },
  );
});
