import type { JSX } from "preact";
import { RangePicker } from "../app/range-picker.tsx";
import { Timeline } from "../charts/timeline.tsx";
import { zoomOut } from "../state/time.ts";
import type { Selection } from "../state/url.ts";
import { rangeTexts } from "./range-texts.ts";
import { SelectionBar } from "./selection-bar.tsx";
import type { Catalogue, ReadSelection } from "./use-profile-data.ts";
import type { TimelineData } from "./use-timeline.ts";

export interface CompareSideProps {
  readonly side: "left" | "right";
  readonly selection: Selection;
  readonly read: ReadSelection;
  readonly catalogue: Catalogue;
  readonly timeline: TimelineData;
  readonly moment: number;
  readonly onChange: (change: Partial<Selection>) => void;
}

const titles = { left: "Left", right: "Right" } as const;

/** One side of a comparison: what it selects, and when. */
export function CompareSide(props: CompareSideProps): JSX.Element {
  const { side, selection, read, catalogue, timeline, moment, onChange } = props;
  const title = titles[side];
  return (
    <section class={`compare-side side-${side}`} aria-label={title}>
      <div class="bar">
        <h2>{title}</h2>
        <SelectionBar
          side={title}
          text={selection.query}
          read={read}
          catalogue={catalogue}
          onChange={(query) => onChange({ query })}
        />
        <RangePicker
          label={`${title}: time range`}
          from={selection.from}
          until={selection.until}
          onPick={(from, until) => onChange({ from, until })}
        />
      </div>
      {read.fault !== undefined && (
        <p class="notice notice-error" role="alert">
          {read.fault}
        </p>
      )}
      <Timeline
        label={`${title}: timeline`}
        side={side}
        {...timeline}
        height={90}
        isDimmed={timeline.state.isLoading}
        onSelect={(range) => onChange(rangeTexts(range))}
        onZoomOut={() => onChange(rangeTexts(zoomOut(timeline.range, moment)))}
      />
    </section>
  );
}
