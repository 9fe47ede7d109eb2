/** A collection of documents: who may read it, where its documents may come from, how they are cut and embedded. */
import { CALLER, type DataClass, higherClass } from "../label/label.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";
import { type ChunkSize, DEFAULT_CHUNK } from "./chunk.ts";
import type { Allow } from "./rights.ts";

/** What an admin or developer sets. PERSISTED: in D1 (`collections.settings`); fields may be added. */
export type CollectionSettings = {
  readonly description: string;
  readonly sensitivity: DataClass;
  readonly allow: Allow;
  /** Hosts that documents may come from; null: any, and none has to be named. */
  readonly sources: readonly string[] | null;
  /** An embedding model of the org; null: the embedded default. */
  readonly embedding: string | null;
  /** How documents are cut that come from now on. */
  readonly chunk: ChunkSize;
  /** Documents are removed this many days after their newest revision; null: never. */
  readonly retention_days: number | null;
};

/** What of a collection is set; what is absent stays, and null resets. */
export type CollectionChange = { readonly [F in keyof CollectionSettings]?: CollectionSettings[F] | null | undefined };

const DEFAULTS: CollectionSettings = {
  description: "",
  sensitivity: "internal",
  allow: null,
  sources: null,
  embedding: null,
  chunk: DEFAULT_CHUNK,
  retention_days: null,
};

/** `before`: null for a new collection. */
export function changedSettings(before: CollectionSettings | null, change: CollectionChange): CollectionSettings {
  const kept = before ?? DEFAULTS;
  const of = <F extends keyof CollectionSettings>(field: F): CollectionSettings[F] => {
    const value = change[field];
    return value === undefined ? kept[field] : (value ?? DEFAULTS[field]);
  };
  return {
    description: of("description"),
    sensitivity: of("sensitivity"),
    allow: of("allow"),
    sources: of("sources"),
    embedding: of("embedding"),
    chunk: of("chunk"),
    retention_days: of("retention_days"),
  };
}

/** A collection of an org. */
export type Collection = {
  readonly org: string;
  readonly name: string;
  /** `col_…`: names its objects, so that a collection that was deleted and made again starts empty. */
  readonly id: string;
  readonly settings: CollectionSettings;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
};

/** The class of what an embedding model is given for a collection: its documents', and at least that of the questions, which are callers' words. */
export const embeddedClass = ({ sensitivity }: Pick<CollectionSettings, "sensitivity">): DataClass =>
  higherClass(sensitivity, CALLER.class);

/** A collection as callers see it. */
export const collectionView = ({ name, settings, createdAt, updatedAt }: Collection) => ({
  name,
  ...settings,
  created_at: toRfc3339(createdAt),
  updated_at: toRfc3339(updatedAt),
});
