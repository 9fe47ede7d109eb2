/** What an org remembers of a part of its people, over its object and the vault that has the personal data. */
import { memoryStoreName } from "../../durable-objects/memory-store/stub.ts";
import type { MemoriesPort } from "../use-cases/ports.ts";
import type { Rooms } from "./rooms.ts";

/** `shard`: the letter of the subject's object. */
export function memoriesOf({ objects }: Rooms, org: string, shard: string): MemoriesPort {
  const name = memoryStoreName(org, shard);
  const store = () => objects.memoryStore(name);
  return {
    put: (memory, record) => store().put(org, name, memory, record),
    get: (id) => store().get(id),
    list: (...given) => store().list(...given),
    async remove(id, record) {
      // The values first: what is cut short leaves a text without them, which can be removed again.
      await objects.vault(org).forget(id);
      return store().remove(id, record);
    },
  };
}
