/** Who is told of an audit log that cannot be trusted as it is, fitted to the rooms. */
import { defineLogAlert } from "../audit/index.ts";
import type { Rooms } from "./rooms.ts";

/** Tells of a log. Never throws. */
export const logAlarmOf = ({ store, tell, outside: { now, random, log } }: Rooms): ReturnType<typeof defineLogAlert> =>
  defineLogAlert({ now, random, log, record: store.audit.record, notify: tell });
