/**
 * Addresses of cryptocurrencies: Bitcoin and its relatives with their checks (Base58Check; BIP 173 and BIP 350), Ethereum (0x and 40
 * hexadecimal digits, EIP-55), Tron. Others only where words name them.
 */
import type { Finding } from "../finding.ts";
import { type Detector, finding, matchesAfter, matchesFrom, wordsBefore } from "./detector.ts";
import { sha256 } from "./sha256.ts";

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const FORM = new RegExp(
  "(?<![\\w/])(?:0x[0-9a-fA-F]{40}|(?:bc1|tb1|ltc1|BC1|LTC1)[02-9ac-hj-np-zAC-HJ-NP-Z]{11,87}|addr1[02-9ac-hj-np-z]{50,98}|" +
    "[13LMDTA][1-9A-HJ-NP-Za-km-z]{25,34}|[1-9A-HJ-NP-Za-km-z]{32,44}|[48][1-9A-HJ-NP-Za-km-z]{94})(?!\\w)",
  "g",
);
const SIGN = /0x[0-9a-fA-F]{40}|[a-zA-Z0-9]{26}/g;
const NAMED =
  /wallet|bitcoin|\bbtc\b|\beth\b|ethereum|solana|\bsol\b|monero|\bxmr\b|crypto|krypto|cripto|litecoin|doge|tron|\busdt\b|биткоин|кошел|钱包|ウォレット/u;

export const cryptoAddresses: Detector = {
  type: "CRYPTO_ADDRESS",
  names: ["crypto_address"],
  stage: "first",
  longest: 106,
  mayFind: ({ longestRun }) => longestRun >= 26,
  find(text, from, field) {
    const found: Finding[] = [];
    if (!matchesAfter(SIGN, text, from)) return found;
    for (const { 0: address, index } of matchesFrom(FORM, text, from)) {
      const isSure = isChecked(address);
      if (!isSure && !(isPlausible(address) && NAMED.test(wordsBefore(text, index, field)))) continue;
      found.push(finding("CRYPTO_ADDRESS", index, index + address.length, isSure ? 0.98 : 0.8, "crypto_address"));
    }
    return found;
  },
  samples: {
    hits: [
      "pay «1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa»",
      "to «bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4», please",
      "«0x742d35Cc6634C0532925a3b844Bc454e4438f44e»",
      "Solana wallet «7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV»",
    ],
    misses: [
      "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
      "bitcoin wallet: 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
      "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
      "commit 742d35cc6634c0532925a3b844bc454e4438f44e",
      "0x742d35Cc6634C0532925a3b844Bc454e4438f44",
      "7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV",
    ],
  },
};

const isChecked = (address: string): boolean =>
  /^0x/.test(address)
    ? isEthereum(address)
    : /^(?:bc1|tb1|ltc1|addr1)/i.test(address)
      ? passesBech32(address.toLowerCase())
      : passesBase58(address);

/** Zeros, or one digit all through, is nobody's. */
const isEthereum = (address: string): boolean => new Set(address.slice(2).toLowerCase()).size > 4;

/** Of Bitcoin and its relatives: what fails their check is none. Addresses of Solana that begin alike and are so short are rare. */
const HAS_CHECK = /^[13LMDTA].{25,33}$/;

/** No word and no digest: small and capital letters, and digits. */
const isPlausible = (address: string): boolean =>
  !/^(?:0x|bc1|tb1|ltc1|addr1)/i.test(address) &&
  !HAS_CHECK.test(address) &&
  /\d/.test(address) &&
  /[a-z]/.test(address) &&
  /[A-Z]/.test(address);

/** Base58Check: 21 bytes and the first four of their hash's hash. */
function passesBase58(address: string): boolean {
  if (address.length < 26 || address.length > 35) return false;
  const bytes = new Uint8Array(25);
  for (const letter of address) {
    let carry = BASE58.indexOf(letter);
    for (let index = 24; index >= 0; index--) {
      carry += (bytes[index] ?? 0) * 58;
      bytes[index] = carry & 0xff;
      carry >>= 8;
    }
    if (carry !== 0) return false;
  }
  const check = sha256(sha256(bytes.subarray(0, 21)));
  return bytes.subarray(21).every((byte, index) => byte === check[index]);
}

/** BIP 173 and BIP 350: a code over the prefix and the data leaves 1, or Bech32m's constant. */
function passesBech32(address: string): boolean {
  const split = address.lastIndexOf("1");
  const prefix = address.slice(0, split);
  const values = [
    ...Array.from(prefix, (letter) => letter.charCodeAt(0) >> 5),
    0,
    ...Array.from(prefix, (letter) => letter.charCodeAt(0) & 31),
    ...Array.from(address.slice(split + 1), (letter) => BECH32.indexOf(letter)),
  ];
  let check = 1;
  for (const value of values) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].entries())
      if ((top >> bit) & 1) check ^= generator;
  }
  return check === 1 || check === 0x2bc830a3;
}
