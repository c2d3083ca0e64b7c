import type { FlameModel } from "./flame-model.ts";

/** querier.v1.FlameGraph and FlameGraphDiff as Connect JSON gives them: int64 as text or number, defaults left out. */
export interface FlameGraphJson {
  readonly names?: readonly string[];
  readonly levels?: readonly { readonly values?: readonly (string | number)[] }[];
  readonly total?: string | number;
  readonly maxSelf?: string | number;
  readonly leftTicks?: string | number;
  readonly rightTicks?: string | number;
}

/** Values of a node on the wire: [x delta, total, self] for each side, then the index of the name. */
const sideWidth = 3;

const int64Max = 2 ** 63;

/**
 * The columns of a flame graph; levels of `[x delta, total, self, name]`. Never throws: what is no number is 0, what is
 * negative or beyond int64 is 0, a name that is missing is empty, levels end at the first empty one. No levels give a lone root of 0.
 */
export function parseFlameGraph(json: FlameGraphJson): FlameModel {
  return parseLevels(json, 1).model;
}

/** As `parseFlameGraph`, of levels of `[left x delta, left total, left self, right x delta, …, name]`. */
export function parseFlameGraphDiff(json: FlameGraphJson): FlameModel {
  const { model, totals, selfs } = parseLevels(json, 2);
  const [leftTotal, rightTotal] = totals;
  const [leftSelf, rightSelf] = selfs;
  return leftTotal && rightTotal && leftSelf && rightSelf
    ? { ...model, sides: { leftTotal, leftSelf, rightTotal, rightSelf } }
    : model;
}

interface Parsed {
  readonly model: FlameModel;
  /** One column for each side. */
  readonly totals: readonly Float64Array[];
  readonly selfs: readonly Float64Array[];
}

function parseLevels(json: FlameGraphJson, sideCount: number): Parsed {
  const names = namesOf(json);
  const nodeWidth = sideCount * sideWidth + 1;
  const levels = levelsOf(json, nodeWidth);
  const levelStart = new Uint32Array(levels.length + 1);
  for (const [level, values] of levels.entries()) {
    levelStart[level + 1] = (levelStart[level] ?? 0) + (level === 0 ? 1 : Math.floor(values.length / nodeWidth));
  }
  const nodeCount = levelStart[levels.length] ?? 0;
  const x = new Float64Array(nodeCount);
  const total = new Float64Array(nodeCount);
  const self = new Float64Array(nodeCount);
  const nameIndex = new Uint32Array(nodeCount);
  const totals = Array.from({ length: sideCount }, () => new Float64Array(nodeCount));
  const selfs = Array.from({ length: sideCount }, () => new Float64Array(nodeCount));

  for (const [level, values] of levels.entries()) {
    const first = levelStart[level] ?? 0;
    const end = levelStart[level + 1] ?? 0;
    for (let side = 0; side < sideCount; side++) {
      const sideTotal = totals[side] ?? total;
      const sideSelf = selfs[side] ?? self;
      let right = 0;
      for (let node = first, at = side * sideWidth; node < end; node++, at += nodeWidth) {
        const left = right + amountOf(values[at]);
        const width = amountOf(values[at + 1]);
        right = left + width;
        sideTotal[node] = width;
        sideSelf[node] = Math.min(amountOf(values[at + 2]), width);
        x[node] = (x[node] ?? 0) + left;
        total[node] = (total[node] ?? 0) + width;
        self[node] = (self[node] ?? 0) + (sideSelf[node] ?? 0);
      }
    }
    for (let node = first, at = nodeWidth - 1; node < end; node++, at += nodeWidth) {
      nameIndex[node] = nameIndexOf(values[at], names.length);
    }
  }
  const parent = parentsOf({ levelStart, x, total, nodeCount });
  return { model: { names, nodeCount, levelStart, x, total, self, nameIndex, parent }, totals, selfs };
}

/** The names and, last, the empty one: that of nodes whose name is missing. */
function namesOf(json: FlameGraphJson): string[] {
  const names = Array.isArray(json.names) ? json.names.map((name) => (typeof name === "string" ? name : "")) : [];
  if (names.length === 0) names.push("total");
  names.push("");
  return names;
}

/** Values of the levels that hold at least a node; of a level 0 at least. */
function levelsOf(json: FlameGraphJson, nodeWidth: number): (readonly unknown[])[] {
  const levels: (readonly unknown[])[] = [];
  for (const level of Array.isArray(json.levels) ? json.levels : []) {
    const values: unknown = level?.values;
    if (!Array.isArray(values) || values.length < nodeWidth) break;
    levels.push(values);
  }
  if (levels.length === 0) levels.push(new Array<number>(nodeWidth).fill(0));
  return levels;
}

function amountOf(value: unknown): number {
  if (typeof value !== "string" && typeof value !== "number") return 0;
  const amount = Number(value);
  return amount > 0 && amount <= int64Max ? amount : 0;
}

function nameIndexOf(value: unknown, nameCount: number): number {
  const index = Number(value ?? nameCount);
  return Number.isInteger(index) && index >= 0 && index < nameCount ? index : nameCount - 1;
}

/** The parent is the node above that holds the middle of its child: the middle, as edges may differ by rounding. */
function parentsOf(nodes: Pick<FlameModel, "levelStart" | "x" | "total" | "nodeCount">): Int32Array {
  const { levelStart, x, total } = nodes;
  const parent = new Int32Array(nodes.nodeCount).fill(-1);
  for (let level = 1; level + 1 < levelStart.length; level++) {
    const last = (levelStart[level] ?? 0) - 1;
    let above = levelStart[level - 1] ?? 0;
    for (let node = last + 1; node < (levelStart[level + 1] ?? 0); node++) {
      const middle = (x[node] ?? 0) + (total[node] ?? 0) / 2;
      while (above < last && (x[above] ?? 0) + (total[above] ?? 0) <= middle) above++;
      parent[node] = above;
    }
  }
  return parent;
}
