/** Puts a subtree that was fetched in full in the place of its truncated one. */
import type { FlameModel } from "../flame/flame-model.ts";
import { childrenOf, findPath, nameOf } from "../flame/paths.ts";

/** Name the server gives to what it folds away. */
const foldedName = "other";

/** The deepest node of a path whose children are not all there; undefined when nothing is missing. */
export function truncatedNodeOf(model: FlameModel, path: readonly string[]): number | undefined {
  const { node } = findPath(model, path);
  if (node === 0) return undefined;
  const { from, end } = childrenOf(model, node);
  for (let child = from; child < end; child++) if (nameOf(model, child) === foldedName) return node;
  return undefined;
}

/** Where a node of the new model comes from. */
interface Source {
  readonly model: FlameModel;
  readonly node: number;
  /** Index of the parent in the new model. */
  readonly parent: number;
}

/**
 * The base with everything below the path's node taken from `detail`, the flame graph of only the stacks that begin with
 * that path. Values of the base's other nodes stay. The base itself when the path is not in both.
 */
export function graft(base: FlameModel, detail: FlameModel, path: readonly string[]): FlameModel {
  const seam = findPath(base, path);
  const from = findPath(detail, path);
  if (seam.found < path.length || from.found < path.length) return base;
  const sources: Source[] = [{ model: base, node: 0, parent: -1 }];
  const levelStart = [0];
  for (let done = 0; done < sources.length; ) {
    levelStart.push(sources.length);
    for (const end = sources.length; done < end; done++) {
      const source = sources[done];
      if (source === undefined) break;
      const isSeam = source.model === base && source.node === seam.node;
      appendChildren(sources, isSeam ? { model: detail, node: from.node, parent: -1 } : source, done);
    }
  }
  const shift = (base.x[seam.node] ?? 0) - (detail.x[from.node] ?? 0);
  return modelOf(sources, levelStart, ({ model, node }) => (model.x[node] ?? 0) + (model === base ? 0 : shift));
}

function appendChildren(sources: Source[], { model, node }: Source, parent: number): void {
  const { from, end } = childrenOf(model, node);
  for (let child = from; child < end; child++) sources.push({ model, node: child, parent });
}

function modelOf(sources: readonly Source[], levelStart: readonly number[], x: (source: Source) => number): FlameModel {
  const indexOfName = new Map<string, number>();
  const nameIndex = Uint32Array.from(sources, ({ model, node }) => {
    const name = nameOf(model, node);
    const index = indexOfName.get(name) ?? indexOfName.size;
    indexOfName.set(name, index);
    return index;
  });
  return {
    names: [...indexOfName.keys()],
    nodeCount: sources.length,
    levelStart: Uint32Array.from(levelStart),
    x: Float64Array.from(sources, x),
    total: Float64Array.from(sources, ({ model, node }) => model.total[node] ?? 0),
    self: Float64Array.from(sources, ({ model, node }) => model.self[node] ?? 0),
    nameIndex,
    parent: Int32Array.from(sources, ({ parent }) => parent),
  };
}
