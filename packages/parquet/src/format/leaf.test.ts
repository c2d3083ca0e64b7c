import assert from "node:assert/strict";
import { test } from "node:test";
import { converted, physical, repetition } from "./constants.ts";
import { leavesOf } from "./leaf.ts";
import { type SchemaElement, schemaElements } from "./schema-element.ts";

const { required, optional, repeated } = repetition;

function group(name: string, rep: number, childCount: number, type?: number): SchemaElement {
  return { name, physical: undefined, typeLength: 0, repetition: rep, childCount, converted: type, logical: undefined };
}

function leaf(name: string, rep: number): SchemaElement {
  return { ...group(name, rep, 0), physical: physical.int64 };
}

const root = group("root", required, 1);

/** Trees as other writers make them; each leaf as `name rep/def@elementDefinition`. */
const cases: readonly {
  readonly name: string;
  readonly elements: readonly SchemaElement[];
  readonly leaves: readonly string[];
}[] = [
  {
    name: "our struct list",
    elements: schemaElements([
      {
        kind: "structs",
        name: "samples",
        fields: [
          { name: "id", type: "uint32" },
          { name: "span", type: "uint64", optional: true },
        ],
      },
    ]),
    leaves: ["samples.id 1/1@1", "samples.span 1/2@1"],
  },
  {
    name: "our map",
    elements: schemaElements([{ kind: "map", name: "labels" }]),
    leaves: ["labels.key 1/1@1", "labels.value 1/1@1"],
  },
  {
    name: "an optional list of optional values",
    elements: [root, group("x", optional, 1, converted.list), group("list", repeated, 1), leaf("element", optional)],
    leaves: ["x 1/3@2"],
  },
  {
    name: "a list in two levels",
    elements: [root, group("x", optional, 1, converted.list), leaf("array", repeated)],
    leaves: ["x 1/2@2"],
  },
  {
    name: "a list of structs in two levels",
    elements: [
      root,
      group("x", required, 1, converted.list),
      group("x_tuple", repeated, 2),
      leaf("a", required),
      leaf("b", optional),
    ],
    leaves: ["x.a 1/1@1", "x.b 1/2@1"],
  },
  { name: "a repeated field", elements: [root, leaf("x", repeated)], leaves: ["x 1/1@1"] },
  {
    name: "a struct",
    elements: [root, group("x", optional, 2), leaf("a", required), leaf("b", optional)],
    leaves: ["x.a 0/1@0", "x.b 0/2@0"],
  },
  {
    name: "a list of lists",
    elements: [
      root,
      group("x", required, 1, converted.list),
      group("list", repeated, 1),
      group("element", required, 1, converted.list),
      group("list", repeated, 1),
      leaf("element", required),
    ],
    leaves: ["x 2/2@2"],
  },
];

for (const { name, elements, leaves } of cases) {
  test(`leaves of ${name}`, () => {
    const found = leavesOf(elements).map(
      (l) => `${l.name} ${l.maxRepetition}/${l.maxDefinition}@${l.elementDefinition}`,
    );
    assert.deepEqual(found, leaves);
  });
}

const badCases: readonly { readonly name: string; readonly elements: readonly SchemaElement[] }[] = [
  { name: "no element", elements: [] },
  { name: "children that are missing", elements: [root] },
  { name: "elements beside the tree", elements: [root, leaf("a", required), leaf("b", required)] },
  { name: "one name twice", elements: [{ ...root, childCount: 2 }, leaf("a", required), leaf("a", required)] },
  { name: "a leaf without a type", elements: [root, group("a", required, 0)] },
  { name: "nesting without end", elements: Array.from({ length: 100 }, () => group("g", required, 1)) },
];

for (const { name, elements } of badCases) {
  test(`refuses a schema with ${name}`, () => {
    assert.throws(() => leavesOf(elements), { code: "block_corrupt" });
  });
}
