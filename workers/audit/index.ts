/** The audit room's face: the records queue's consumer, the reader and the verification over D1. */
export { type AuditLogPort, type ConsumerPorts, consumeRecords, type Outboxes } from "./consume-records.ts";
export { followKeys } from "./follow-keys.ts";
export { defineLogAlert } from "./log-alert.ts";
export { pruneSegments } from "./prune.ts";
export { namesOf, type Pseudonyms, personsBehind } from "./pseudonyms.ts";
export { defineRawStores, type RawStores } from "./raw-stores.ts";
export { newestRuns, type RecordedDecision, readDecisions } from "./read-decisions.ts";
export { type EntryFilter, type EntryPage, fromStatement, readEntries, readThrough, readWherever, typeStatement } from "./read-entries.ts";
export { readTimeline } from "./read-timeline.ts";
export { type SegmentPorts, sealSegments, trimPages } from "./segments.ts";
export type { SeenThing } from "./sightings.ts";
export { sweepTexts } from "./sweep-texts.ts";
export { defineTexts, type Texts, type TextsOf } from "./texts.ts";
export { type LogVerdict, type VerifyPorts, type VerifyRequest, verifyLog } from "./verify-log.ts";
export { type KnownHead, type PublishedKey, verifyStored } from "./verify-stored.ts";
