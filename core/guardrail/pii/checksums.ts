/** Check digits, as their standards define them, over texts of digits. Pure and total; what else an identifier asks for is its own matter. */

/** ISO/IEC 7812-1 annex B (Luhn): the last digit checks the others. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const weighted = index % 2 === 1 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}

/** The digits times their weights, added up; digits beyond the weights count for nothing. */
export function weighted(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < weights.length; index++) sum += (weights[index] ?? 0) * (digits.charCodeAt(index) - 48);
  return sum;
}

/** The remainder of a number of any length. */
export function remainder(digits: string, by: number): number {
  let rest = 0;
  for (let index = 0; index < digits.length; index++) rest = (rest * 10 + digits.charCodeAt(index) - 48) % by;
  return rest;
}

/** ISO 7064, the hybrid system MOD 11,10: the last digit checks the others. */
export function passesMod11And10(digits: string): boolean {
  let product = 10;
  for (let index = 0; index < digits.length - 1; index++) {
    const sum = (digits.charCodeAt(index) - 48 + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (product + digits.charCodeAt(digits.length - 1) - 48) % 10 === 1;
}

/** ISO 7064 MOD 97-10 over letters and digits, letters as 10 to 35: 1 is left. */
export const passesMod97 = (text: string): boolean =>
  remainder(
    text.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55)),
    97,
  ) === 1;

const TIMES = [
  "0123456789",
  "1234067895",
  "2340178956",
  "3401289567",
  "4012395678",
  "5987604321",
  "6598710432",
  "7659821043",
  "8765932104",
  "9876543210",
];
const TURNS = ["0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258"];

/** Verhoeff, "Error Detecting Decimal Codes" (1969): the dihedral group of order ten, from the right. */
export function passesVerhoeff(digits: string): boolean {
  let check = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const turned = (TURNS[index % 8]?.charCodeAt(digit) ?? 48) - 48;
    check = (TIMES[check]?.charCodeAt(turned) ?? 48) - 48;
  }
  return check === 0;
}

/** The digits of all numbers added up: 12 and 5 give 8. */
export const crossSum = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + Math.floor(number / 10) + (number % 10), 0);

/** Whether a day and month exist in some year. */
export function isDayOfYear(day: number, month: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= (month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31);
}
