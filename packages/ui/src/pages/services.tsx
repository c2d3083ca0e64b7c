import type { JSX } from "preact";
import { type SelectSeries, selectSeries } from "../api/querier.ts";
import { type AnswerState, useAnswer } from "../api/use-answer.ts";
import { Link } from "../app/link.tsx";
import { alignRange, currentValue, type Line, lineOf, type Steps } from "../charts/points.ts";
import { formatPoint } from "../charts/rate.ts";
import { Spark } from "../charts/spark.tsx";
import { refresh, useMoment } from "../state/clock.ts";
import { parseProfileType, preferredType, profileTypeLabel } from "../state/profile-type.ts";
import { printQuery } from "../state/query-lang.ts";
import { parseRange, stepSeconds, type TimeRange } from "../state/time.ts";
import { hrefOf, navigate, useView } from "../state/url-store.ts";
import { Choices } from "../ui/button.tsx";
import { Picker } from "../ui/menu.tsx";
import { Notices } from "../ui/notice.tsx";
import { SearchBox } from "../ui/search-box.tsx";
import { Onboarding } from "./onboarding.tsx";
import { keyOf, readSelection, useCatalogue, useProfileStats } from "./use-profile-data.ts";

/** Points of a sparkline. */
const sparkPointsMax = 60;

interface ServiceRow {
  readonly service: string;
  readonly types: readonly string[];
  readonly line: Line | undefined;
  readonly current: number | undefined;
}

/** All services, each with its recent past. */
export function ServicesPage(): JSX.Element {
  const view = useView();
  const moment = useMoment();
  const range = parseRange(view.main.from, view.main.until, moment);
  const [catalogue, seriesState] = useCatalogue(range);
  const stats = useProfileStats(moment);
  const asked = readSelection(view.main, moment).query.profileType;
  const type = asked === "" ? (preferredType(catalogue.types) ?? "") : asked;
  const [sparks, steps] = useSparks(type, range);
  const rows = rowsOf(catalogue.typesOfService, sparks, steps);
  const wanted = view.q.toLowerCase();
  const shown = rows.filter(({ service }) => service.toLowerCase().includes(wanted)).sort(orderOf(view.sort));
  if (stats.answer?.value.dataIngested !== true && stats.answer !== undefined) return <Onboarding />;
  const pickType = (id: string): void =>
    navigate({ main: { ...view.main, query: printQuery({ profileType: id, matchers: [] }) } });
  const types = catalogue.types.map((id) => ({ value: id, text: profileTypeLabel(id) }));
  const isDimmed = seriesState.isLoading && seriesState.answer !== undefined;
  return (
    <>
      <div class="bar">
        <h1>Services</h1>
        <Picker label="Profile type" items={types} value={type} onPick={pickType} />
        <Choices label="Order" choices={orders} value={view.sort === "name" ? "name" : "-self"} onChange={pickOrder} />
        <SearchBox
          label="Search services"
          value={view.q}
          onChange={(q) => navigate({ q }, "replace")}
          result={`${shown.length} of ${rows.length} services`}
        />
      </div>
      {typeof range === "string" && <p class="notice notice-error">{range}</p>}
      <Notices states={[seriesState, sparks, stats]} onRetry={refresh} />
      {rows.length === 0 && !seriesState.isLoading && <p class="muted">No service sent profiles in this range.</p>}
      <ul class={`cards${isDimmed ? " dimmed" : ""}`} aria-busy={seriesState.isLoading || sparks.isLoading}>
        {shown.map((row) => (
          <ServiceCard key={row.service} row={row} type={type} />
        ))}
      </ul>
    </>
  );
}

const orders = [
  { value: "-self", text: "Largest first" },
  { value: "name", text: "By name" },
] as const;

function pickOrder(sort: string): void {
  navigate({ sort });
}

function orderOf(sort: string): (a: ServiceRow, b: ServiceRow) => number {
  const byName = (a: ServiceRow, b: ServiceRow): number => (a.service < b.service ? -1 : 1);
  if (sort === "name") return byName;
  return (a, b) => (b.current ?? -1) - (a.current ?? -1) || byName(a, b);
}

/** One call for the sparklines of all services. */
function useSparks(type: string, range: TimeRange | string): readonly [AnswerState<SelectSeries>, Steps | undefined] {
  const isAskable = type !== "" && typeof range !== "string";
  const step = isAskable ? stepSeconds(range, sparkPointsMax) : 60;
  const aligned = isAskable ? alignRange(range, step) : { startMs: 0, endMs: 0 };
  const profileType = parseProfileType(type);
  const question = {
    ...{ profileType: type, selector: "{}", range: aligned },
    ...{ groupBy: ["service_name"], stepSeconds: step, isAverage: profileType.isGauge },
  };
  const state = useAnswer(isAskable ? keyOf("sparks", question) : undefined, (signal) =>
    selectSeries(question, signal),
  );
  return [state, isAskable ? { range: aligned, stepSeconds: step, type: profileType } : undefined];
}

function rowsOf(
  typesOfService: ReadonlyMap<string, readonly string[]>,
  sparks: AnswerState<SelectSeries>,
  steps: Steps | undefined,
): ServiceRow[] {
  const byService = new Map((sparks.answer?.value.series ?? []).map((series) => [series.labels?.[0]?.value, series]));
  return [...typesOfService].map(([service, types]) => {
    const series = byService.get(service);
    const line = series === undefined || steps === undefined ? undefined : lineOf(series, service, steps);
    return { service, types, line, current: line === undefined ? undefined : currentValue(line) };
  });
}

/** A service; all of it is a link to its profile. */
function ServiceCard({ row, type }: { readonly row: ServiceRow; readonly type: string }): JSX.Element {
  const { service, types, line, current } = row;
  const view = useView();
  const profileType = types.includes(type) ? type : (preferredType(types) ?? type);
  const query = printQuery({ profileType, matchers: [{ name: "service_name", operator: "=", value: service }] });
  const href = hrefOf({ page: "profile", q: "", sort: "-self", main: { ...view.main, query } });
  return (
    <li>
      <Link class="card panel" href={href}>
        <span class="card-head">
          <strong>{service}</strong>
          <span>{current === undefined ? "–" : formatPoint(current, parseProfileType(type))}</span>
        </span>
        <Spark line={line} />
        <span class="muted card-types">
          {line === undefined ? `has ${types.map(profileTypeLabel).join(", ")}` : `${types.length} profile types`}
        </span>
      </Link>
    </li>
  );
}
