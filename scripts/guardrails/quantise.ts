/** Trained weights in the form that ships. */

/** Weights as whole numbers from -127 to 127; the largest thousandth is cut off rather than let it coarsen the rest. */
export function quantise(weights: Float64Array): { table: string; scale: number } {
  const sizes = Array.from(weights, Math.abs).sort((a, b) => b - a);
  const scale = (sizes[Math.floor(sizes.length / 1000)] ?? 1) / 127;
  const bytes = Int8Array.from(weights, (weight) => Math.max(-127, Math.min(127, Math.round(weight / scale))));
  return { table: Buffer.from(bytes.buffer).toString("base64"), scale: Number(scale.toPrecision(6)) };
}

/** The weights that `quantise` cuts off, as whole numbers of the same scale: `index:weight`. */
export function cutOff(weights: Float64Array, scale: number): string[] {
  return Array.from(weights, (weight, index) => [index, Math.round(weight / scale)] as const)
    .filter(([, value]) => Math.abs(value) > 127)
    .map(([index, value]) => `${index}:${value}`);
}
