/** Signatures of callbacks, against the specification's own example, and the times of the retries. */
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { CALLBACK_ATTEMPTS, callbackDelayMs } from "../../../core/callback/retry.ts";
import { callbackKey, signCallback, toCallbackSecret } from "../../../core/callback/sign.ts";

const hmac = (key: Uint8Array, text: string) => new Uint8Array(createHmac("sha256", key).update(text).digest());

describe("a callback's signature", () => {
  it("[CALLBACK-1] is the one that the reference libraries give", () => {
    // standard-webhooks' own test vector (libraries/*/tests).
    const message = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: 1_614_265_330_000, body: '{"test": 2432232314}' };
    expect(signCallback(message, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], hmac)).toEqual({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  it("[CALLBACK-1] covers id, time and body, under every secret that is in force", () => {
    const secrets = [1, 2].map((fill) => toCallbackSecret(new Uint8Array(32).fill(fill)));
    const message = { id: "msg_1", at: 1_000, body: "{}" };
    const signed = signCallback(message, secrets, hmac)["webhook-signature"].split(" ");
    expect(signed).toHaveLength(2);
    expect(signed[1]).toBe(signCallback(message, secrets.slice(1), hmac)["webhook-signature"]);
    for (const other of [{ id: "msg_2" }, { at: 2_000 }, { body: "{ }" }])
      expect(signCallback({ ...message, ...other }, secrets, hmac)["webhook-signature"]).not.toContain(signed[0]);
  });

  it("[CALLBACK-2] is never made without a secret, or with what is none", () => {
    const message = { id: "msg_1", at: 0, body: "" };
    expect(() => signCallback(message, [], hmac)).toThrow("needs a secret");
    for (const broken of ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", `whsec_${"A".repeat(400)}`, "whsec_!!!!"]) {
      expect(callbackKey(broken), broken).toBeNull();
      expect(() => signCallback(message, [broken], hmac)).toThrow("malformed");
    }
  });
});

describe("the retries of a callback", () => {
  it("[CALLBACK-3] grow, and end within 24 hours and not long before", () => {
    const delays = Array.from({ length: CALLBACK_ATTEMPTS - 1 }, (_, index) => callbackDelayMs(index + 1) ?? Number.NaN);
    expect(delays[0]).toBe(5_000);
    expect(delays.every((delay, index) => index === 0 || delay > (delays[index - 1] ?? 0))).toBe(true);
    const whole = delays.reduce((sum, delay) => sum + delay, 0);
    expect(whole).toBeLessThan(24 * 3_600_000);
    expect(whole).toBeGreaterThan(23 * 3_600_000);
    expect(callbackDelayMs(CALLBACK_ATTEMPTS)).toBeNull();
    expect(callbackDelayMs(1_000)).toBeNull();
  });

  it("chance makes a wait shorter by a tenth at most", () => {
    expect(callbackDelayMs(3, 0)).toBe(120_000);
    expect(callbackDelayMs(3, 0.5)).toBe(114_000);
    expect(callbackDelayMs(3, 1)).toBe(108_000);
  });
});
