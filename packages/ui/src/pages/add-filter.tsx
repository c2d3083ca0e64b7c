import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Target } from "../api/querier.ts";
import { FilterList } from "../ui/menu.tsx";
import { Popup } from "../ui/popup.tsx";
import { useLabelNames, useLabelValues } from "./use-profile-data.ts";

interface AddFilterProps {
  readonly label: string;
  readonly target: Target | undefined;
  readonly onPick: (name: string, value: string) => void;
}

/** A popup with the names of labels, then with the values of the chosen one. */
export function AddFilter({ label, target, onPick }: AddFilterProps): JSX.Element {
  return (
    <Popup label={label} text="+ filter">
      {(close) => (
        <LabelChoice
          target={target}
          onPick={(name, value) => {
            close();
            onPick(name, value);
          }}
        />
      )}
    </Popup>
  );
}

function LabelChoice({ target, onPick }: Pick<AddFilterProps, "target" | "onPick">): JSX.Element {
  const [name, setName] = useState<string>();
  const names = useLabelNames(target);
  if (name !== undefined) return <ValueChoice name={name} target={target} onPick={(value) => onPick(name, value)} />;
  const items = names.map((value) => ({ value, text: value }));
  return <FilterList label="Label" items={items} value={undefined} onPick={setName} />;
}

function ValueChoice(props: {
  readonly name: string;
  readonly target: Target | undefined;
  readonly onPick: (value: string) => void;
}): JSX.Element {
  const { answer, isLoading } = useLabelValues(props.name, props.target);
  if (isLoading) return <p class="muted">loading the values of {props.name} …</p>;
  const items = (answer?.value.names ?? []).map((value) => ({ value, text: value }));
  return <FilterList label={`Value of ${props.name}`} items={items} value={undefined} onPick={props.onPick} />;
}
