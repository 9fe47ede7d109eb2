/**
 * The detectors of personal data, in one list. A new one is a file of its own and a line here.
 *
 * Their order is their rank: a stretch that several claim is named by the first of them, those with a checksum or a fixed form before
 * the loose ones.
 */
import type { FindingType } from "../finding.ts";
import { birthDates } from "./birth-date.ts";
import { cards } from "./credit-card.ts";
import { cryptoAddresses } from "./crypto-address.ts";
import type { Detector } from "./detector.ts";
import { emails } from "./email.ts";
import { ibans } from "./iban.ts";
import { imeis } from "./imei.ts";
import { ipAddresses } from "./ip.ts";
import { licensePlates } from "./license-plate.ts";
import { macAddresses } from "./mac.ts";
import { nationalIds } from "./national-id.ts";
import { passports } from "./passport.ts";
import { phones } from "./phone.ts";
import { secrets } from "./secret.ts";
import { socialSecurityNumbers } from "./ssn.ts";

/** All detectors, in the order of their rank. */
export const DETECTORS: readonly Detector[] = [
  ...[secrets, emails, ibans, cards, cryptoAddresses, ipAddresses, macAddresses, imeis],
  ...[socialSecurityNumbers, passports, nationalIds, birthDates, licensePlates, phones],
];

/** In the order in which a text is searched; what one stage finds, the next does not see. */
export const STAGES: readonly (readonly Detector[])[] = (["first", "loose"] as const).map((stage) =>
  DETECTORS.filter((detector) => detector.stage === stage),
);

const RANKS: ReadonlyMap<FindingType, number> = new Map(DETECTORS.map(({ type }, rank) => [type, rank]));
/** Of a finding's type: the lower names a stretch. Private keys and tokens (open-ended.ts) are secrets. */
export const rankOf = (type: FindingType): number => RANKS.get(type) ?? DETECTORS.length;

const LOOSE: ReadonlySet<FindingType> = new Set(DETECTORS.filter(({ stage }) => stage === "loose").map(({ type }) => type));
/** Whether only a later stage finds this type. */
export const isLoose = (type: FindingType): boolean => LOOSE.has(type);
