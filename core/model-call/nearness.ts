/** When a budget is nearly used up, so that money and no longer the route decides which model answers. */

/** Share of a cap, 0 to 1, from which on a cheaper model is taken where there is one. */
const NEAR = 0.8;

/** `share`: how full the fullest cap is, 0 to 1 and beyond. */
export const isNear = (share: number): boolean => share >= NEAR;
