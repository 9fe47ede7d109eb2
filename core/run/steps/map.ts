/** A `map` under way: its items start in order, at most `concurrency` at once; it settles when all of them have. */

import { own } from "../../json.ts";
import type { Turn } from "../machine/turn.ts";
import { itemNode, nodeDefinition } from "./node.ts";
import { completeStep, failStep } from "./settle.ts";
import { startNode } from "./start.ts";

/** Starts the items that may start, and settles each `map` whose items have all ended. */
export function driveMaps(turn: Turn): void {
  for (const step of Object.keys(turn.state.maps)) driveMap(turn, step);
}

function driveMap(turn: Turn, step: string): void {
  const definition = nodeDefinition(turn.birth.definition, step);
  if (definition.kind !== "map") throw new TypeError(`step ${step} is no map`);
  for (;;) {
    const map = own(turn.state.maps, step);
    if (map === undefined) return;
    if (map.failing !== null) {
      if (!isBusy(turn, step)) failStep(turn, step, map.failing);
      return;
    }
    const underWay = map.items.length - map.completed;
    if (map.next >= map.over.length) {
      if (underWay === 0) completeStep(turn, step, null);
      return;
    }
    if (underWay >= definition.concurrency || turn.state.stopping !== null || turn.isFull) return;
    startNode(turn, itemNode(step, map.next), { item: map.over[map.next] ?? null, index: map.next });
  }
}

/** Something is under way for one of its items. A failed item stays `running` in the list, and nothing is under way for it any more. */
const isBusy = ({ state }: Turn, step: string): boolean => Object.values(state.activities).some((activity) => activity.step === step);
