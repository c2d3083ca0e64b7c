import type { JSX } from "preact";
import type { Line } from "./points.ts";
import { height, sparkPath, width } from "./spark-path.ts";

/** A small chart beside its numbers, which say the same: hidden from screen readers. */
export function Spark({ line }: { readonly line: Line | undefined }): JSX.Element {
  const { stroke, fill } = sparkPath(line?.values ?? []);
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <path class="spark-fill" d={fill} />
      <path class="spark-line" d={stroke} />
    </svg>
  );
}
