import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { after } from "../browser.ts";

export interface SearchBoxProps {
  readonly label: string;
  readonly value: string;
  /** Called while typing, after a short rest. */
  readonly onChange: (value: string) => void;
  /** Goes to the next (1) or the previous (-1) match. */
  readonly onStep?: (direction: 1 | -1) => void;
  /** What was found, in words. */
  readonly result?: string;
}

/** Typing asks the server: it rests so long first. */
const restMs = 150;

let focusCurrent: (() => void) | undefined;
let stepCurrent: ((direction: 1 | -1) => void) | undefined;

/** Puts the cursor into the search box of the page, if it has one. */
export function focusSearch(): void {
  focusCurrent?.();
}

/** Goes to another match of the page's search. */
export function stepMatch(direction: 1 | -1): void {
  stepCurrent?.(direction);
}

/** The search box of a page; Enter goes to the next match. */
export function SearchBox({ label, value, onChange, onStep, result }: SearchBoxProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    return after(restMs, () => onChange(text));
  }, [text]);
  useEffect(() => {
    focusCurrent = () => input.current?.select();
    return () => {
      focusCurrent = undefined;
    };
  }, []);
  stepCurrent = onStep;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter") return;
    if (text === value) onStep?.(event.shiftKey ? -1 : 1);
    else onChange(text);
  };
  return (
    <search class="search">
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={`${label} ( / )`}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <output class="search-result" aria-live="polite">
        {result}
      </output>
    </search>
  );
}
