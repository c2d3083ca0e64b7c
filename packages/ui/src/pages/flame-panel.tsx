import type { JSX } from "preact";
import type { FlameModel } from "../flame/flame-model.ts";
import { FlameView } from "../flame/flame-view.tsx";
import { findPath, pathOf } from "../flame/paths.ts";
import { type FlameSearch, nextFound } from "../flame/search.ts";

import { navigate } from "../state/url-store.ts";

export interface FlamePanelProps {
  readonly label: string;
  readonly model: FlameModel | undefined;
  readonly unit: string;
  readonly search: string;
  readonly focus: readonly string[];
  readonly onFocus: (path: readonly string[]) => void;
  readonly isLoading: boolean;
  readonly diffMode?: "share" | "absolute";
}

/** A flame graph in its panel: the old one stays, dimmed, while the new one loads. */
export function FlamePanel(props: FlamePanelProps): JSX.Element {
  const { label, model, isLoading, unit, search, focus, onFocus, diffMode } = props;
  const isEmpty = model !== undefined && !((model.total[0] ?? 0) > 0);
  const mode = diffMode === undefined ? {} : { diffMode };
  return (
    <div class={`panel flame-panel${isLoading && model !== undefined ? " dimmed" : ""}`} aria-busy={isLoading}>
      {model === undefined && isLoading && <p class="muted empty">Loading …</p>}
      {isEmpty && !isLoading && <p class="muted empty">No samples match this selection and range.</p>}
      {model !== undefined && !isEmpty && (
        <FlameView
          label={label}
          model={model}
          unit={unit}
          search={search}
          focus={focus}
          onFocus={onFocus}
          onSearch={(q) => navigate({ q })}
          {...mode}
        />
      )}
    </div>
  );
}

/** The path of the next or previous match after the focused frame; undefined when nothing was found. */
export function nextMatch(
  model: FlameModel,
  search: FlameSearch,
  { focus, direction }: { readonly focus: readonly string[]; readonly direction: 1 | -1 },
): readonly string[] | undefined {
  const node = nextFound(search, findPath(model, focus).node, direction);
  return node < 0 ? undefined : pathOf(model, node);
}
