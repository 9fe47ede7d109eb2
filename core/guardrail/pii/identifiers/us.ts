/** United States, beside the social security number (ssn.ts): taxpayers, employers, providers and patients of Medicare. */
import { passesLuhn } from "../checksums.ts";
import type { IdentifierForm } from "./form.ts";

/** Letters of a Medicare number: all but S, L, O, I, B and Z. */
const L = "[AC-HJKMNP-RT-Y]";
const MBI_SHAPES = ["A", "9"].flatMap((third) =>
  ["A", "9"].flatMap((sixth) => [`9A${third}9A${sixth}9AA99`, `9A${third}9-A${sixth}9-AA99`, `9A${third}9 A${sixth}9 AA99`]),
);

export const US: readonly IdentifierForm[] = [
  {
    name: "us_itin", // IRS, Internal Revenue Manual 3.21.263: 9xx, groups 50 to 65, 70 to 88, 90 to 92, 94 to 99
    lengths: [9],
    compact: /^9\d{2}(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}$/,
    naming: "\\bitin\\b|taxpayer id|tax[ -]?id|\\btin\\b",
    alone: ["999-99-9999"],
    hits: ["ITIN «912-70-1234»", "«988-85-4321»", "tax ID: «912701234»"],
    misses: ["912-40-1234", "order 912701234"],
  },
  {
    name: "us_ein", // IRS, "How EINs are assigned and valid EIN prefixes"
    lengths: [9],
    compact: /^(?:0[1-6]|1[0-6]|2[0-7]|3\d|4[0-8]|5\d|6[0-8]|7[1-7]|8[0-8]|9[0-589])\d{7}$/,
    naming: "\\bf?ein\\b|employer id|federal tax|tax[ -]?id",
    alone: [],
    hits: ["EIN: «12-3456789»", "employer identification number «521234567»"],
    misses: ["12-3456789", "EIN: 07-3456789"],
  },
  {
    name: "us_npi", // 45 CFR 162.406: Luhn with the prefix 80840 of US health
    lengths: [10],
    compact: /^[12]\d{9}$/,
    isValid: (digits) => passesLuhn(`80840${digits}`),
    naming: "\\bnpi\\b|national provider",
    alone: [],
    hits: ["NPI «1234567893»"],
    misses: ["NPI 1234567890", "1234567893"],
  },
  {
    name: "us_mbi", // CMS, "Understanding the Medicare Beneficiary Identifier format"
    lengths: [11],
    compact: new RegExp(`^[1-9]${L}(?:${L}|\\d)\\d${L}(?:${L}|\\d)\\d${L}{2}\\d{2}$`),
    naming: "medicare|\\bmbi\\b",
    alone: MBI_SHAPES,
    hits: ["«1EG4-TE5-MK73»", "Medicare «1eg4te5mk73»"],
    misses: ["1SG4-TE5-MK73", "0EG4-TE5-MK73"],
  },
];
