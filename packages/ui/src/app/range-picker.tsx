import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { nowMs } from "../browser.ts";
import { formatRange, parseRange } from "../state/time.ts";
import { Button } from "../ui/button.tsx";
import { Popup } from "../ui/popup.tsx";

const lengths: readonly string[] = ["5m", "15m", "30m", "1h", "3h", "6h", "12h", "24h", "2d", "7d"];

export interface RangePickerProps {
  readonly label: string;
  readonly from: string;
  readonly until: string;
  readonly onPick: (from: string, until: string) => void;
}

/** A button with the range; it opens the usual lengths and two inputs for any other. */
export function RangePicker(props: RangePickerProps): JSX.Element {
  const text = formatRange(props.from, props.until);
  return (
    <Popup label={`${props.label}: ${text}`} text={text} alignment="right">
      {(close) => (
        <RangeForm
          {...props}
          onPick={(from, until) => {
            close();
            props.onPick(from, until);
          }}
        />
      )}
    </Popup>
  );
}

function RangeForm(props: RangePickerProps): JSX.Element {
  const [from, setFrom] = useState(props.from);
  const [until, setUntil] = useState(props.until);
  const range = parseRange(from, until, nowMs());
  const fault = typeof range === "string" ? range : undefined;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (fault === undefined) props.onPick(from.trim(), until.trim());
  };
  return (
    <form class="range-form" onSubmit={submit}>
      <div class="range-lengths">
        {lengths.map((length) => (
          <Button
            key={length}
            isPressed={props.until === "now" && props.from === `now-${length}`}
            label={`Last ${length}`}
            onClick={() => props.onPick(`now-${length}`, "now")}
          >
            {length}
          </Button>
        ))}
      </div>
      <label>
        From <input value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
      </label>
      <label>
        Until <input value={until} onInput={(event) => setUntil(event.currentTarget.value)} />
      </label>
      <p class="muted" aria-live="polite">
        {fault ?? "now-1h, 2026-01-31T09:00:00Z or unix milliseconds"}
      </p>
      <button type="submit" class="button button-primary" disabled={fault !== undefined}>
        Apply
      </button>
    </form>
  );
}
