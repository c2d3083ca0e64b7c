/** The newest answer to a question that changes: the old one stays until the new one is here. */
import { useEffect, useState } from "preact/hooks";
import { type Answer, isAbort } from "./rpc.ts";

export interface AnswerState<T> {
  /** The last answer, also of an older question while the newer is asked. */
  readonly answer: Answer<T> | undefined;
  readonly error: Error | undefined;
  readonly isLoading: boolean;
}

/**
 * Asks when the key changes, and gives up the call before it. No key = nothing to ask.
 *
 * The key must hold all that the call depends on: it is compared, the call is not.
 */
export function useAnswer<T>(
  key: string | undefined,
  ask: (signal: AbortSignal) => Promise<Answer<T>>,
): AnswerState<T> {
  const [state, setState] = useState<AnswerState<T>>({
    answer: undefined,
    error: undefined,
    isLoading: key !== undefined,
  });
  useEffect(() => {
    if (key === undefined) {
      setState({ answer: undefined, error: undefined, isLoading: false });
      return;
    }
    const control = new AbortController();
    setState((old) => ({ ...old, isLoading: true }));
    ask(control.signal).then(
      (answer) => {
        if (!control.signal.aborted) setState({ answer, error: undefined, isLoading: false });
      },
      (error: unknown) => {
        if (control.signal.aborted || isAbort(error)) return;
        const known = error instanceof Error ? error : new Error(String(error));
        setState((old) => ({ ...old, error: known, isLoading: false }));
      },
    );
    return () => control.abort();
    // Only the key: it stands for the call.
  }, [key]);
  return state;
}
