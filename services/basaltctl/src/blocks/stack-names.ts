import { stringAt } from "@basalt/model";
import { functionsOfLocation, type LocationTables, noStackName, unsymbolisedName } from "@basalt/symdb";

/** Names of the frames of stacks; each location is named once. */
export class StackNames {
  readonly #tables: LocationTables;
  readonly #names: (readonly string[] | undefined)[] = [];

  constructor(tables: LocationTables) {
    this.#tables = tables;
  }

  /** The frames of a stack, the root first, from its locations, the leaf first. */
  of(locations: ArrayLike<number>): readonly string[] {
    if (locations.length === 0) return [noStackName];
    const names: string[] = [];
    for (let i = locations.length - 1; i >= 0; i--) names.push(...this.#namesOf(locations[i] as number));
    return names;
  }

  #namesOf(location: number): readonly string[] {
    const tables = this.#tables;
    const known = this.#names[location];
    if (known !== undefined) return known;
    const functions = functionsOfLocation(tables, location);
    const names =
      functions.length === 0
        ? [unsymbolisedName(tables, location)]
        : functions.map((index) => stringAt(tables, tables.functionName[index] as number));
    this.#names[location] = names;
    return names;
  }
}

/** The locations of a stack of a tree of stacks, the leaf first. */
export function locationsOf(
  { stackParent, stackLocation }: { readonly stackParent: Uint32Array; readonly stackLocation: Uint32Array },
  stack: number,
): readonly number[] {
  const locations: number[] = [];
  for (let at = stack; at > 0; at = stackParent[at] as number) locations.push(stackLocation[at] as number);
  return locations;
}
