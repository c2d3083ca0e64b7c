import type { JSX } from "preact";
import type { FlameViewProps } from "../flame/flame-view-props.ts";

/** Stands in until the flame graph is there. */
export function FlameView({ model }: FlameViewProps): JSX.Element {
  return <p>{model.nodeCount} frames</p>;
}
