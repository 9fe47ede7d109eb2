/**
 * API keys as texts: `bh_`, 256 bits of chance in base 62, and a checksum. The checksum lets a mistyped or made-up key be turned
 * away without asking storage. Only the SHA-256 of the whole text is kept; with 256 bits of chance it needs no salt and no
 * slow hash.
 */
const PREFIX = "bh_";
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SECRET_BYTES = 32;
/** 62^43 > 2^256. */
const SECRET_CHARACTERS = 43;
/** 62^6 > 2^32. */
const CHECKSUM_CHARACTERS = 6;
const FORM = new RegExp(`^${PREFIX}[0-9A-Za-z]{${SECRET_CHARACTERS + CHECKSUM_CHARACTERS}}$`);

/** A new key: its text, and what is kept of it. */
export type MintedKey = { readonly key: string; readonly hash: string; readonly last4: string };

/** Makes a key; only its hash can be kept. */
export async function mintApiKey(random: (bytes: number) => Uint8Array): Promise<MintedKey> {
  const secret = base62(random(SECRET_BYTES), SECRET_CHARACTERS);
  const key = `${PREFIX}${secret}${await checksum(secret)}`;
  return { key, hash: await sha256Hex(key), last4: key.slice(-4) };
}

/** True when the text is whole: the form of a key, and its checksum fits. Says nothing of whether the key exists. */
export async function isWholeApiKey(text: string): Promise<boolean> {
  if (!FORM.test(text)) return false;
  const secret = text.slice(PREFIX.length, PREFIX.length + SECRET_CHARACTERS);
  return (await checksum(secret)) === text.slice(PREFIX.length + SECRET_CHARACTERS);
}

/** SHA-256 of the text's UTF-8 bytes, lower-case hex. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function checksum(secret: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${PREFIX}${secret}`)));
  return base62(digest.subarray(0, 4), CHECKSUM_CHARACTERS);
}

function base62(bytes: Uint8Array, length: number): string {
  let rest = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let text = "";
  for (let index = 0; index < length; index++) {
    text = ALPHABET[Number(rest % 62n)] + text;
    rest /= 62n;
  }
  return text;
}
