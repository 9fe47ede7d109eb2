/**
 * Compares two secrets in a time that does not depend on where they differ. Both are hashed first, so that their lengths do not
 * show either. `timingSafeEqual` is the runtime's own (Workers, Web Crypto extension).
 */
export async function sameSecret(a: string, b: string): Promise<boolean> {
  const encoder = new TextEncoder();
  const [left, right] = await Promise.all([
    crypto.subtle.digest("SHA-256", encoder.encode(a)),
    crypto.subtle.digest("SHA-256", encoder.encode(b)),
  ]);
  return crypto.subtle.timingSafeEqual(left, right);
}
