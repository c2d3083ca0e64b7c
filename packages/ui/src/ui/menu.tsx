import type { JSX, TargetedInputEvent } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Popup } from "./popup.tsx";

export interface MenuItem {
  readonly value: string;
  readonly text: string;
}

/** Rows shown at once; typing finds the others. */
const itemsMax = 200;

export interface PickerProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly value: string | undefined;
  readonly onPick: (value: string) => void;
  /** Shown while nothing is chosen. */
  readonly placeholder?: string;
}

/** A button with the chosen item; it opens a list that typing filters and arrows walk through. */
export function Picker(props: PickerProps): JSX.Element {
  const chosen = props.items.find((item) => item.value === props.value)?.text ?? props.value;
  const text = chosen === undefined || chosen === "" ? (props.placeholder ?? "choose") : chosen;
  return (
    <Popup label={`${props.label}: ${text}`} text={<span class="picker-text">{text}</span>}>
      {(close) => (
        <FilterList
          {...props}
          onPick={(value) => {
            close();
            props.onPick(value);
          }}
        />
      )}
    </Popup>
  );
}

/** The list of a picker: an input that keeps the focus and names the marked row. */
export function FilterList({ label, items, value, onPick }: PickerProps): JSX.Element {
  const [filter, setFilter] = useState("");
  const [marked, setMarked] = useState(
    Math.max(
      0,
      items.findIndex((item) => item.value === value),
    ),
  );
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  // Before the next key arrives: who types on gets the letters into the list.
  useLayoutEffect(() => input.current?.focus(), []);
  const wanted = filter.toLowerCase();
  const shown = items.filter((item) => item.text.toLowerCase().includes(wanted)).slice(0, itemsMax);
  const index = Math.min(marked, shown.length - 1);
  useEffect(() => list.current?.children[index]?.scrollIntoView({ block: "nearest" }), [index]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    const picked = shown[index];
    if (step !== undefined) setMarked(Math.max(0, Math.min(shown.length - 1, index + step)));
    else if (event.key === "Enter" && picked !== undefined) onPick(picked.value);
    else return;
    event.preventDefault();
  };
  const onInput = (event: TargetedInputEvent<HTMLInputElement>): void => {
    setFilter(event.currentTarget.value);
    setMarked(0);
  };
  return (
    <>
      <input
        ref={input}
        role="combobox"
        aria-label={`Filter: ${label}`}
        aria-expanded="true"
        aria-controls="picker-list"
        aria-activedescendant={index >= 0 ? `picker-${index}` : undefined}
        placeholder="Type to filter"
        value={filter}
        onInput={onInput}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id="picker-list" role="listbox" aria-label={label} class="picker-list">
        {shown.map((item, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input above has the focus and the keys.
          <div
            key={item.value}
            id={`picker-${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === index}
            class={item.value === value ? "chosen" : ""}
            onClick={() => onPick(item.value)}
          >
            {item.text}
          </div>
        ))}
      </div>
      {shown.length === 0 && <p class="muted">nothing matches</p>}
    </>
  );
}
