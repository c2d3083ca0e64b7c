import type { JSX } from "preact";
import type { FlameModel } from "./flame-model.ts";
import { formatShare } from "./format-value.ts";
import { splitName } from "./names.ts";
import type { FlameSearch } from "./search.ts";

/** Names of the path shown after the root; those before are behind an ellipsis. */
const namesShown = 4;

export interface FlameBarProps {
  /** Name of the graph. */
  readonly label: string;
  readonly model: FlameModel;
  readonly focus: readonly string[];
  /** How many names of the focus the graph has. */
  readonly foundCount: number;
  readonly search: FlameSearch | undefined;
  readonly onFocus: (path: readonly string[]) => void;
}

/** Above the graph: the way to the focused frame, and what a search found. */
export function FlameBar({ label, model, focus, foundCount, search, onFocus }: FlameBarProps): JSX.Element {
  const hiddenCount = Math.max(focus.length - namesShown, 0);
  return (
    <div class="flame-bar">
      <nav class="flame-path" aria-label={`${label}: focused frame`}>
        <button type="button" title="Show all" onClick={() => onFocus([])}>
          {model.names[model.nameIndex[0] ?? 0] || "total"}
        </button>
        {hiddenCount > 0 && <span title={focus.slice(0, hiddenCount).join("\n")}>› …</span>}
        {focus.slice(hiddenCount).map((name, index) => {
          const depth = hiddenCount + index + 1;
          return (
            <span key={depth}>
              {"› "}
              <button
                type="button"
                title={name}
                aria-current={depth === focus.length ? "location" : undefined}
                onClick={() => onFocus(focus.slice(0, depth))}
              >
                {splitName(name).short}
              </button>
            </span>
          );
        })}
        {foundCount < focus.length && <span class="flame-note">not in this profile</span>}
      </nav>
      {model.sides !== undefined && (
        <span class="flame-legend">
          <span class="flame-less">less</span> <span class="flame-more">more</span>
        </span>
      )}
      {search !== undefined && (
        <span class="flame-found" role="status">
          {search.error ?? `${search.foundCount} frames found, ${formatShare(search.foundTotal, model.total[0] ?? 0)}`}
        </span>
      )}
    </div>
  );
}
