/** An object's storage in Node: SQLite in memory and one alarm, for tests of an object's parts that need no platform. */
import { Disk } from "../../simulation/disk.ts";
import { readOnly } from "../../simulation/storage.ts";

/** Empty. `alarm.at`: when the object wants to be woken; null: never. */
export function storageInMemory() {
  const disk = new Disk();
  const alarm = { at: null as number | null };
  const { sql } = readOnly(disk);
  const storage = {
    sql,
    transactionSync<T>(work: () => T): T {
      disk.savepoint("SAVEPOINT", 1);
      try {
        const result = work();
        disk.savepoint("RELEASE", 1);
        return result;
      } catch (error) {
        disk.savepoint("ROLLBACK TO", 1);
        disk.savepoint("RELEASE", 1);
        throw error;
      }
    },
    sync: async () => undefined,
    getAlarm: async () => alarm.at,
    async setAlarm(at: number) {
      alarm.at = at;
    },
    async deleteAlarm() {
      alarm.at = null;
    },
  };
  return { storage: storage as unknown as DurableObjectStorage, sql, alarm };
}
