/** The moment that `now` means: it stands still until the reader navigates to another range or refreshes. */
import { useEffect, useState } from "preact/hooks";
import { nowMs } from "../browser.ts";

let moment = nowMs();
const listeners = new Set<() => void>();

/** Lets `now` be now. */
export function refresh(): void {
  moment = nowMs();
  for (const listener of listeners) listener();
}

/** Unix milliseconds of the last refresh. */
export function useMoment(): number {
  const [value, setValue] = useState(moment);
  useEffect(() => {
    const listener = (): void => setValue(moment);
    listener();
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
  return value;
}
