/** Steps that ask for a task which no model serves: they fail when they are reached, unless one is registered before. */
import type { Definition } from "../definition.ts";
import { mentionsOf } from "../step-kinds.ts";
import { stepsOf } from "./places.ts";
import type { Surroundings, Warning } from "./warning.ts";

export const tasksWithoutModel = (definition: Definition, { serves }: Surroundings): Warning[] =>
  stepsOf(definition).flatMap(({ step, path }): Warning[] => {
    const task = mentionsOf(step).prompted?.model.task ?? null;
    if (task === null || serves(task)) return [];
    return [
      {
        path: `${path}/model/task`,
        message: `no model serves the task \`${task}\`; register one (PUT /v1/models) or a route (PUT /v1/routes)`,
      },
    ];
  });
