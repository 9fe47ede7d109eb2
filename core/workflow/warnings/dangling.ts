/** Models and collections that a definition names and nobody has registered: what asks for them fails when it is reached. */
import { didYouMean } from "../../errors/unknown-name.ts";
import type { Definition } from "../definition.ts";
import { mentionsOf } from "../step-kinds.ts";
import { stepsOf } from "./places.ts";
import type { Surroundings, Warning } from "./warning.ts";

export function danglingNames(definition: Definition, { models, collections }: Surroundings): Warning[] {
  const ofModels = stepsOf(definition).flatMap(({ step, path }): Warning[] => {
    const model = mentionsOf(step).prompted?.model;
    if (models === undefined || model === undefined) return [];
    const named = [
      ...(model.id === null ? [] : [{ at: "id", id: model.id }]),
      ...model.fallback.map((id, index) => ({ at: `fallback/${index}`, id })),
    ];
    return named.flatMap(({ at, id }) =>
      models.has(id)
        ? []
        : [
            {
              path: `${path}/model/${at}`,
              message: `there is no model \`${id}\` in this org; until there is, it answers nothing${didYouMean(id, [...models])}`,
            },
          ],
    );
  });
  const ofCollections = (definition.knowledge ?? []).flatMap((name, index): Warning[] =>
    collections === undefined || collections.has(name)
      ? []
      : [{ path: `/knowledge/${index}`, message: `there is no collection \`${name}\` yet; a search in it fails until there is` }],
  );
  return [...ofModels, ...ofCollections];
}
