/** Changes of the deployment's keys: what signs, what is published, and when a change is over. */
import { generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import type { KeySecrets } from "../../../durable-objects/key-ring/kept-keys.ts";
import { defineKeyRing } from "../../../durable-objects/key-ring/key-ring.ts";
import { FAR } from "../../support/far.ts";
import { ObjectInNode } from "../../support/object-in-node.ts";

const secret = (): string => JSON.stringify(generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }));

function makeRing() {
  const world = { now: FAR, secrets: {} as KeySecrets };
  const object = new ObjectInNode(defineKeyRing(() => ({ now: () => world.now, secrets: world.secrets, allowPrivateHosts: true })));
  /** The instance reads its secrets when it begins. */
  const withSecrets = (secrets: KeySecrets) => {
    world.secrets = secrets;
    object.die();
    return object.room;
  };
  return { world, object, withSecrets };
}

it("[KEY-13] a change is over when every log has followed, although the secret of the key before is still set", async () => {
  const { withSecrets } = makeRing();
  const [first, second] = [secret(), secret()];
  const before = await withSecrets({ AUDIT_KEY: first }).auditKey();
  const ring = withSecrets({ AUDIT_KEY: second, AUDIT_KEY_PREVIOUS: first });
  const { kid } = await ring.auditKey();
  expect(await ring.rotation()).toMatchObject({ kid, retired: before.kid, reached: null });
  await ring.rotationReached("another", null);
  await ring.rotationReached("another", "zeta");
  expect((await ring.rotation())?.reached).toBeNull();
  await ring.rotationReached(kid, "acme");
  expect((await ring.rotation())?.reached).toBe("acme");
  await ring.rotationReached(kid, null);
  expect(await ring.rotation()).toBeNull();
  await ring.rotationReached(kid, "acme");
  expect(await ring.rotation()).toBeNull();
});

it("[KEY-4] a key that comes back signs again, with a change of its own, and a retired one that was made here can sign no more", async () => {
  const { object, withSecrets } = makeRing();
  const [first, second] = [secret(), secret()];
  const one = await withSecrets({ AUDIT_KEY: first }).auditKey();
  const two = await withSecrets({ AUDIT_KEY: second }).auditKey();
  await withSecrets({ AUDIT_KEY: second, AUDIT_KEY_PREVIOUS: first }).rotationReached(two.kid, null);
  const back = withSecrets({ AUDIT_KEY: first, AUDIT_KEY_PREVIOUS: second });
  expect((await back.auditKey()).kid).toBe(one.kid);
  expect(await back.rotation()).toMatchObject({ kid: one.kid, retired: two.kid, reached: null });
  expect(object.rows("SELECT kid FROM signing_keys WHERE purpose = 'audit' AND retired_at IS NULL")).toEqual([{ kid: one.kid }]);
  const made = makeRing();
  await made.object.room.credentialKey();
  await made.withSecrets({ CREDENTIAL_KEY: first }).credentialKey();
  expect(made.object.rows("SELECT COUNT(*) AS n FROM signing_keys WHERE private_jwk IS NOT NULL")).toEqual([{ n: 0 }]);
  expect((await made.object.room.publicKeys()).filter(({ purpose }) => purpose === "credential")).toHaveLength(2);
});
