import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { diff, type Target } from "../api/querier.ts";
import { useAnswer } from "../api/use-answer.ts";
import { parseFlameGraphDiff } from "../flame/parse.ts";
import { searchModel } from "../flame/search.ts";
import { refresh, useMoment } from "../state/clock.ts";
import { parseProfileType, preferredType } from "../state/profile-type.ts";
import { printQuery } from "../state/query-lang.ts";
import { defaultFrom, defaultUntil, sideOf, type ViewState } from "../state/url.ts";
import { navigate, useView } from "../state/url-store.ts";
import { Button, Choices } from "../ui/button.tsx";
import { Notices } from "../ui/notice.tsx";
import { SearchBox } from "../ui/search-box.tsx";
import { CompareSide } from "./compare-side.tsx";
import { DiffTable } from "./diff-table.tsx";
import { FlamePanel, nextMatch } from "./flame-panel.tsx";
import { Onboarding } from "./onboarding.tsx";
import { useFlame } from "./use-flame.ts";
import { parseSort, useFunctions } from "./use-functions.ts";
import {
  type Catalogue,
  keyOf,
  type ReadSelection,
  readSelection,
  useCatalogue,
  useProfileStats,
} from "./use-profile-data.ts";
import { useTimeline } from "./use-timeline.ts";

const modes = [
  { value: "side", text: "Side by side" },
  { value: "diff", text: "Difference" },
] as const;

/** Two selections beside each other, or their difference. */
export function ComparePage(): JSX.Element {
  const view = useView();
  const moment = useMoment();
  const left = readSelection(sideOf(view, "left"), moment);
  const right = readSelection(sideOf(view, "right"), moment);
  const [catalogue, seriesState] = useCatalogue(unionOf(left, right));
  const stats = useProfileStats(moment);
  const timelines = { left: useTimeline(left.target), right: useTimeline(right.target) };
  useDefaultSides(view, catalogue);
  if (stats.answer !== undefined && stats.answer.value.dataIngested !== true) return <Onboarding />;
  const side = { catalogue, moment };
  return (
    <>
      <h1 class="hidden">Compare</h1>
      <div class="compare-sides">
        <CompareSide
          {...side}
          side="left"
          selection={sideOf(view, "left")}
          read={left}
          timeline={timelines.left}
          onChange={(change) => navigate({ left: { ...view.left, ...change } })}
        />
        <CompareSide
          {...side}
          side="right"
          selection={sideOf(view, "right")}
          read={right}
          timeline={timelines.right}
          onChange={(change) => navigate({ right: { ...view.right, ...change } })}
        />
      </div>
      <Notices states={[seriesState, timelines.left.state, timelines.right.state]} onRetry={refresh} />
      {view.mode === "diff" ? (
        <Difference view={view} left={left.target} right={right.target} />
      ) : (
        <SideBySide view={view} left={left.target} right={right.target} />
      )}
    </>
  );
}

/** From the earlier begin to the later end: what the pickers offer is in one of the sides. */
function unionOf(left: ReadSelection, right: ReadSelection): { startMs: number; endMs: number } | string {
  const ranges = [left.range, right.range].filter((range) => range !== undefined);
  if (ranges.length === 0) return "no range";
  return {
    startMs: Math.min(...ranges.map((range) => range.startMs)),
    endMs: Math.max(...ranges.map((range) => range.endMs)),
  };
}

/** A bare address compares the two halves of the last hour of the first service. */
function useDefaultSides(view: ViewState, { typesOfService }: Catalogue): void {
  const [service, types = []] = [...typesOfService][0] ?? [];
  const profileType = preferredType(types);
  const { left, right, main } = view;
  const isMissing = sideOf(view, "left").query === "" && sideOf(view, "right").query === "";
  const isSame = keyOf(left) === keyOf(right) && main.from === defaultFrom && main.until === defaultUntil;
  useEffect(() => {
    if (!isMissing || profileType === undefined || service === undefined) return;
    const query = printQuery({ profileType, matchers: [{ name: "service_name", operator: "=", value: service }] });
    const halves = isSame
      ? [
          { from: "now-1h", until: "now-30m" },
          { from: "now-30m", until: "now" },
        ]
      : [{}, {}];
    navigate(
      { main: { ...main, query }, left: { ...left, ...halves[0] }, right: { ...right, ...halves[1] } },
      "replace",
    );
  }, [isMissing, isSame, profileType, service]);
}

interface ResultsProps {
  readonly view: ViewState;
  readonly left: Target | undefined;
  readonly right: Target | undefined;
}

/** What both ways of comparing have above them. */
function CompareBar(props: { readonly view: ViewState; readonly onStep?: (direction: 1 | -1) => void }): JSX.Element {
  const { view, onStep } = props;
  const swap = (): void => navigate({ left: view.right, right: view.left });
  return (
    <div class="bar">
      <Choices
        label="Comparison"
        choices={modes}
        value={view.mode}
        onChange={(mode) => navigate({ mode, focus: [] })}
      />
      <Button onClick={swap} title="Exchange left and right">
        ⇄ Swap
      </Button>
      <SearchBox
        label="Search frames"
        value={view.q}
        onChange={(q) => navigate({ q }, "replace")}
        {...(onStep === undefined ? {} : { onStep })}
      />
    </div>
  );
}

function SideBySide({ view, left, right }: ResultsProps): JSX.Element {
  const flames = { left: useFlame(left, view.focus), right: useFlame(right, view.focus) };
  const panel = (side: "left" | "right", target: Target | undefined): JSX.Element => (
    <FlamePanel
      label={side === "left" ? "Left flame graph" : "Right flame graph"}
      model={flames[side].model}
      unit={parseProfileType(target?.profileType ?? "").unit}
      search={view.q}
      focus={view.focus}
      onFocus={(focus) => navigate({ focus })}
      isLoading={flames[side].states.some((state) => state.isLoading)}
    />
  );
  return (
    <>
      <CompareBar view={view} />
      <Notices states={[...flames.left.states, ...flames.right.states]} onRetry={refresh} />
      <div class="results results-side">
        {panel("left", left)}
        {panel("right", right)}
      </div>
    </>
  );
}

function Difference({ view, left, right }: ResultsProps): JSX.Element {
  const isWhole = left !== undefined && right !== undefined;
  const state = useAnswer(isWhole ? keyOf("diff", left, right) : undefined, (signal) =>
    isWhole ? diff(left, right, signal) : Promise.reject(new Error("nothing to compare")),
  );
  const json = state.answer?.value.flamegraph;
  const model = useMemo(() => (json === undefined ? undefined : parseFlameGraphDiff(json)), [json]);
  const search = useMemo(() => (model === undefined ? undefined : searchModel(model, view.q)), [model, view.q]);
  const sort = parseSort(view.sort, "-selfChange");
  const order = ["self", "total"].includes(sort.column)
    ? { column: `${sort.column}Change`, isAscending: sort.isAscending }
    : sort;
  const [table, tableState] = useFunctions({ target: isWhole ? left : undefined, right, sort: order, search: view.q });
  const { unit } = parseProfileType(left?.profileType ?? "");
  const step = (direction: 1 | -1): void => {
    const path =
      model === undefined || search === undefined
        ? undefined
        : nextMatch(model, search, { focus: view.focus, direction });
    if (path !== undefined) navigate({ focus: path }, "replace");
  };
  return (
    <>
      <CompareBar view={view} onStep={step} />
      <Notices states={[state, tableState]} onRetry={refresh} />
      <div class="results results-diff">
        <DiffTable
          table={table}
          state={tableState}
          unit={unit}
          sort={order}
          onSort={(next) => navigate({ sort: next })}
          onPick={(name) => navigate({ q: name === view.q ? "" : name })}
        />
        <FlamePanel
          label="Difference flame graph"
          model={model}
          unit={unit}
          search={view.q}
          focus={view.focus}
          onFocus={(focus) => navigate({ focus })}
          isLoading={state.isLoading}
          diffMode="share"
        />
      </div>
    </>
  );
}
