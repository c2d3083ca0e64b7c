import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { profileTypeLabel } from "../state/profile-type.ts";
import {
  labelValue,
  type Matcher,
  parseQuery,
  printMatcher,
  printQuery,
  printSelector,
  type Query,
  withLabel,
} from "../state/query-lang.ts";
import { Picker } from "../ui/menu.tsx";
import { AddFilter } from "./add-filter.tsx";
import type { Catalogue, ReadSelection } from "./use-profile-data.ts";

export interface SelectionBarProps {
  /** Names the controls of one of two bars: `Left` or `Right`. */
  readonly side?: string;
  /** The query as the URL has it. */
  readonly text: string;
  readonly read: ReadSelection;
  readonly catalogue: Catalogue;
  readonly onChange: (query: string) => void;
}

const serviceLabel = "service_name";

/** Chooses what is looked at: service, profile type, filters, and the selector itself for those who write it. */
export function SelectionBar({ side, text, read, catalogue, onChange }: SelectionBarProps): JSX.Element {
  const { query } = read;
  const service = labelValue(query.matchers, serviceLabel);
  const named = (label: string): string => (side === undefined ? label : `${side}: ${label.toLowerCase()}`);
  const change = (part: Partial<Query>): void => onChange(printQuery({ ...query, ...part }));
  const services = [...catalogue.typesOfService.keys()].map((value) => ({ value, text: value }));
  const known = service === undefined ? catalogue.types : (catalogue.typesOfService.get(service) ?? catalogue.types);
  const isUnknown = query.profileType !== "" && !known.includes(query.profileType);
  const types = isUnknown ? [...known, query.profileType] : known;
  return (
    <>
      <Picker
        label={named("Service")}
        items={[{ value: "", text: "all services" }, ...services]}
        value={service ?? ""}
        onPick={(value) =>
          change({ matchers: withLabel(query.matchers, serviceLabel, value === "" ? undefined : value) })
        }
      />
      <Picker
        label={named("Profile type")}
        items={types.map((id) => ({ value: id, text: profileTypeLabel(id) }))}
        value={query.profileType}
        onPick={(profileType) => change({ profileType })}
      />
      <ul class="chips" aria-label={named("Filters")}>
        {query.matchers.map((matcher) => (
          <Chip
            key={printMatcher(matcher)}
            matcher={matcher}
            onRemove={() => change({ matchers: query.matchers.filter((other) => other !== matcher) })}
          />
        ))}
      </ul>
      <AddFilter
        label={named("Add filter")}
        target={read.target}
        onPick={(name, value) => change({ matchers: withLabel(query.matchers, name, value) })}
      />
      <SelectorInput label={named("Selector")} text={text} query={query} fault={read.fault} onChange={onChange} />
    </>
  );
}

function Chip({ matcher, onRemove }: { readonly matcher: Matcher; readonly onRemove: () => void }): JSX.Element | null {
  if (matcher.name === serviceLabel && matcher.operator === "=") return null;
  const text = printMatcher(matcher);
  return (
    <li class="chip">
      <span>{text}</span>
      <button type="button" aria-label={`Remove filter ${text}`} onClick={onRemove}>
        ✕
      </button>
    </li>
  );
}

interface SelectorInputProps {
  readonly label: string;
  readonly text: string;
  readonly query: Query;
  readonly fault: string | undefined;
  readonly onChange: (query: string) => void;
}

/** The selector as text; Enter applies it. A query with its profile type may be pasted too. */
function SelectorInput({ label, text, query, fault, onChange }: SelectorInputProps): JSX.Element {
  const known = fault === undefined ? printSelector(query.matchers) : text;
  const [typed, setTyped] = useState(known);
  const faultId = useId();
  useEffect(() => setTyped(known), [known]);
  const parsed = parseQuery(typed);
  const typedFault = "fault" in parsed ? parsed.fault : undefined;
  const submit = (event: Event): void => {
    event.preventDefault();
    if ("fault" in parsed) return;
    onChange(printQuery({ ...parsed, profileType: parsed.profileType || query.profileType }));
  };
  return (
    <form class="selector" onSubmit={submit}>
      <input
        class="mono"
        aria-label={label}
        aria-invalid={typedFault !== undefined}
        aria-describedby={typedFault === undefined ? undefined : faultId}
        spellcheck={false}
        autocomplete="off"
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      {typedFault !== undefined && (
        <span id={faultId} class="selector-fault" aria-live="polite">
          {typedFault}
        </span>
      )}
    </form>
  );
}
