/**
 * What the key ring keeps.
 *
 * PERSISTED: append-only steps.
 */
export const KEY_RING_SCHEMA: readonly string[] = [
  `
  -- Symmetric keys. material: base64url, null where a secret of the deployment holds it; fingerprint tells whether it is still that one.
  CREATE TABLE symmetric_keys (purpose TEXT PRIMARY KEY, material TEXT, fingerprint TEXT NOT NULL, made_at INTEGER NOT NULL) WITHOUT ROWID;
  -- Signing keys. private_jwk: only of a key that was made here and signs; a retired one keeps its public half for ever.
  CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    public_jwk TEXT NOT NULL,
    private_jwk TEXT,
    since INTEGER NOT NULL,
    retired_at INTEGER
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX one_current_key ON signing_keys (purpose) WHERE retired_at IS NULL;
  `,
  `
  -- Changes of the key that signs audit entries. A log puts the change on record under the key that it retires: until every log has done so, that
  -- one signs this one entry of each. reached: the last org that was seen to; done_at: all were.
  CREATE TABLE rotations (kid TEXT PRIMARY KEY, retired TEXT NOT NULL, reached TEXT, done_at INTEGER) WITHOUT ROWID;
  `,
];
