import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { Timeline } from "../charts/timeline.tsx";
import { searchModel } from "../flame/search.ts";
import { refresh, useMoment } from "../state/clock.ts";
import { parseProfileType, preferredType } from "../state/profile-type.ts";
import { printQuery } from "../state/query-lang.ts";
import { zoomOut } from "../state/time.ts";
import type { Selection, ViewState } from "../state/url.ts";
import { navigate, useView } from "../state/url-store.ts";
import { Choices } from "../ui/button.tsx";
import { Notices } from "../ui/notice.tsx";
import { SearchBox } from "../ui/search-box.tsx";
import { FlamePanel, nextMatch } from "./flame-panel.tsx";
import { FunctionsTable } from "./function-table.tsx";
import { Onboarding } from "./onboarding.tsx";
import { rangeTexts } from "./range-texts.ts";
import { SelectionBar } from "./selection-bar.tsx";
import { type FlameState, useFlame } from "./use-flame.ts";
import { parseSort, useFunctions } from "./use-functions.ts";
import {
  type Catalogue,
  type ReadSelection,
  readSelection,
  useCatalogue,
  useProfileStats,
} from "./use-profile-data.ts";
import { useTimeline } from "./use-timeline.ts";

const viewChoices = [
  { value: "both", text: "Both" },
  { value: "flame", text: "Flame graph" },
  { value: "table", text: "Table" },
] as const;

/** One profile: its timeline, flame graph and functions. */
export function ProfilePage(): JSX.Element {
  const view = useView();
  const moment = useMoment();
  const read = readSelection(view.main, moment);
  const [catalogue, seriesState] = useCatalogue(read.range ?? "no range");
  const stats = useProfileStats(moment);
  useDefaultQuery(view, read, catalogue);
  const timeline = useTimeline(read.target);
  const flame = useFlame(view.view === "table" ? undefined : read.target, view.focus);
  const change = (main: Partial<Selection>, focus = view.focus): void =>
    navigate({ main: { ...view.main, ...main }, focus });
  if (stats.answer !== undefined && stats.answer.value.dataIngested !== true) return <Onboarding />;
  return (
    <>
      <div class="bar">
        <h1 class="hidden">Profile</h1>
        <SelectionBar
          text={view.main.query}
          read={read}
          catalogue={catalogue}
          onChange={(query) => change({ query }, [])}
        />
      </div>
      {read.fault !== undefined && (
        <p class="notice notice-error" role="alert">
          {read.fault}
        </p>
      )}
      <Notices states={[seriesState, timeline.state, ...flame.states]} onRetry={refresh} />
      <Timeline
        label="Timeline"
        {...timeline}
        isDimmed={timeline.state.isLoading}
        onSelect={(range) => change(rangeTexts(range))}
        onZoomOut={() => change(rangeTexts(zoomOut(timeline.range, moment)))}
      />
      <Results view={view} read={read} flame={flame} />
    </>
  );
}

/** A bare address shows the first service's most telling profile. */
function useDefaultQuery(view: ViewState, read: ReadSelection, { typesOfService }: Catalogue): void {
  const [service, types = []] = [...typesOfService][0] ?? [];
  const profileType = preferredType(types);
  const isMissing = read.fault === undefined && read.query.profileType === "";
  useEffect(() => {
    if (!isMissing || profileType === undefined || service === undefined) return;
    const { matchers } = read.query;
    const chosen = matchers.length > 0 ? matchers : [{ name: "service_name", operator: "=" as const, value: service }];
    navigate({ main: { ...view.main, query: printQuery({ profileType, matchers: chosen }) } }, "replace");
  }, [isMissing, profileType, service]);
}

interface ResultsProps {
  readonly view: ViewState;
  readonly read: ReadSelection;
  readonly flame: FlameState;
}

/** The flame graph and the table, either or both, under one search. */
function Results({ view, read, flame }: ResultsProps): JSX.Element {
  const sort = parseSort(view.sort, "-self");
  const isTableShown = view.view !== "flame";
  const [table, tableState] = useFunctions({ target: isTableShown ? read.target : undefined, sort, search: view.q });
  const { model } = flame;
  const search = useMemo(() => (model === undefined ? undefined : searchModel(model, view.q)), [model, view.q]);
  const { unit } = parseProfileType(read.query.profileType);
  const step = (direction: 1 | -1): void => {
    if (model === undefined || search === undefined) return;
    const path = nextMatch(model, search, { focus: view.focus, direction });
    if (path !== undefined) navigate({ focus: path }, "replace");
  };
  return (
    <>
      <div class="bar">
        <Choices label="View" choices={viewChoices} value={view.view} onChange={(next) => navigate({ view: next })} />
        <SearchBox label="Search frames" value={view.q} onChange={(q) => navigate({ q }, "replace")} onStep={step} />
      </div>
      <Notices states={[tableState]} onRetry={refresh} />
      <div class={`results results-${view.view}`}>
        {isTableShown && (
          <FunctionsTable
            table={table}
            state={tableState}
            unit={unit}
            sort={sort}
            onSort={(next) => navigate({ sort: next })}
            onPick={(name) => navigate({ q: name === view.q ? "" : name })}
          />
        )}
        {view.view !== "table" && (
          <FlamePanel
            label="Flame graph"
            model={model}
            unit={unit}
            search={view.q}
            focus={view.focus}
            onFocus={(focus) => navigate({ focus })}
            isLoading={flame.states.some((state) => state.isLoading)}
          />
        )}
      </div>
    </>
  );
}
