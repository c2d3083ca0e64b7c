import { corrupt } from "../corrupt.ts";
import type { ValueType } from "../schema.ts";
import { converted, physical, repetition } from "./constants.ts";
import type { SchemaElement } from "./schema-element.ts";

/** Schemas nest at most 6 deep here; more is refused rather than recursed into. */
const depthMax = 32;

/** One leaf of a schema, with the levels that say where a value is missing. Source: Dremel, 2010; parquet-format, "Nested Encoding". */
export interface Leaf {
  /** Path without the wrappers of lists and maps: `samples.value`, `labels.key`, `time`. */
  readonly name: string;
  /** First part of the path: the column as users see it. */
  readonly column: string;
  readonly path: readonly string[];
  readonly physical: number;
  /** Bytes of a fixed-length value, else 0. */
  readonly typeLength: number;
  /** Whether integers order as unsigned ones. */
  readonly unsigned: boolean;
  readonly maxDefinition: number;
  readonly maxRepetition: number;
  /** Definition level from which a list has an element (with one repeated ancestor), else 0. */
  readonly elementDefinition: number;
  /** Undefined for physical types that Basalt has no type for. */
  readonly type: ValueType | undefined;
}

interface Place {
  readonly path: readonly string[];
  readonly names: readonly string[];
  readonly definition: number;
  readonly repetition: number;
  readonly elementDefinition: number;
}

/**
 * Flattens a schema tree.
 *
 * @throws BasaltError `block_corrupt` if child counts do not form one tree, or two leaves have one name.
 */
export function leavesOf(elements: readonly SchemaElement[]): Leaf[] {
  const leaves: Leaf[] = [];
  let next = 0;

  /** Visits one element and what is below it; `hidden` names the wrapper that its parent makes of it. */
  function visit(parent: Place, hidden: "no" | "repeated" | "element", depth: number): void {
    const element = elements[next++];
    if (element === undefined) throw corrupt("schema ends early");
    if (depth > depthMax) throw corrupt("schema nests too deep");
    const place = step(parent, element, hidden !== "no");
    if (element.childCount === 0) {
      leaves.push(leafAt(place, element));
      return;
    }
    const childHidden = wrapperBelow(element, hidden, elements[next]);
    for (let i = 0; i < element.childCount; i++) visit(place, childHidden, depth + 1);
  }

  const root = elements[next++];
  if (root === undefined) throw corrupt("schema is empty");
  const top: Place = { path: [], names: [], definition: 0, repetition: 0, elementDefinition: 0 };
  for (let i = 0; i < root.childCount; i++) visit(top, "no", 0);
  if (next !== elements.length) throw corrupt(`schema has ${elements.length - next} elements beside its tree`);
  if (new Set(leaves.map((leaf) => leaf.name)).size !== leaves.length) throw corrupt("schema names a leaf twice");
  return leaves;
}

function step(parent: Place, element: SchemaElement, hidden: boolean): Place {
  const repeated = element.repetition === repetition.repeated;
  const definition = parent.definition + (element.repetition === repetition.required ? 0 : 1);
  return {
    path: [...parent.path, element.name],
    names: hidden ? parent.names : [...parent.names, element.name],
    definition,
    repetition: parent.repetition + (repeated ? 1 : 0),
    elementDefinition: repeated ? definition : parent.elementDefinition,
  };
}

function isListOrMap(element: SchemaElement): boolean {
  const kind = element.logical?.kind;
  if (kind === "list" || kind === "map") return true;
  return (
    element.converted === converted.list ||
    element.converted === converted.map ||
    element.converted === converted.mapKeyValue
  );
}

/** Which wrapper the children of an element are, by the rules of parquet-format's LogicalTypes.md. */
function wrapperBelow(
  element: SchemaElement,
  hidden: string,
  child: SchemaElement | undefined,
): "no" | "repeated" | "element" {
  if (
    hidden !== "repeated" &&
    isListOrMap(element) &&
    element.childCount === 1 &&
    child?.repetition === repetition.repeated
  ) {
    return "repeated";
  }
  // the repeated group of a three-level list holds one child: the element
  return hidden === "repeated" && element.childCount === 1 ? "element" : "no";
}

function leafAt(place: Place, element: SchemaElement): Leaf {
  if (element.physical === undefined)
    throw corrupt(`schema element ${place.path.join(".")} has neither type nor children`);
  if (element.physical === physical.fixed && element.typeLength < 1)
    throw corrupt("fixed-length type without a length");
  return {
    name: place.names.join("."),
    column: place.names[0] ?? "",
    path: place.path,
    physical: element.physical,
    typeLength: element.physical === physical.fixed ? element.typeLength : 0,
    unsigned:
      element.converted === converted.uint32 ||
      element.converted === converted.uint64 ||
      (element.logical?.kind === "integer" && !element.logical.signed),
    maxDefinition: place.definition,
    maxRepetition: place.repetition,
    elementDefinition: place.elementDefinition,
    type: valueType(element),
  };
}

function valueType(element: SchemaElement): ValueType | undefined {
  const unsigned = element.logical?.kind === "integer" && !element.logical.signed;
  switch (element.physical) {
    case physical.boolean:
      return "boolean";
    case physical.int32:
      return unsigned || element.converted === converted.uint32 ? "uint32" : "int32";
    case physical.int64:
      if (element.logical?.kind === "timestamp" && element.logical.unit === "nanos") return "timestamp_nanos";
      return unsigned || element.converted === converted.uint64 ? "uint64" : "int64";
    case physical.double:
      return "double";
    case physical.bytes:
      return element.converted === converted.utf8 || element.logical?.kind === "string" ? "string" : "bytes";
    case physical.fixed:
      return element.typeLength === 16 ? "uuid" : undefined;
    default:
      return undefined;
  }
}
