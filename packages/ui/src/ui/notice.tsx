import type { JSX } from "preact";
import { RpcError } from "../api/rpc.ts";
import type { AnswerState } from "../api/use-answer.ts";
import { Button } from "./button.tsx";

/** What went wrong with a call, in the server's words. */
export function ErrorNotice(props: { readonly error: Error; readonly onRetry?: () => void }): JSX.Element {
  const { error, onRetry } = props;
  const method = error instanceof RpcError ? error.method.split("/")[1] : undefined;
  return (
    <div class="notice notice-error" role="alert">
      <strong>{error instanceof RpcError ? error.code : "error"}</strong>
      <span>
        {error.message}
        {method !== undefined && <span class="notice-method"> ({method})</span>}
      </span>
      {onRetry !== undefined && <Button onClick={onRetry}>Retry</Button>}
    </div>
  );
}

/** Errors, partial answers and warnings of some calls, each said once. */
export function Notices(props: {
  readonly states: readonly AnswerState<unknown>[];
  readonly onRetry?: () => void;
}): JSX.Element {
  const errors = new Map<string, Error>();
  const warnings = new Set<string>();
  for (const { error, answer } of props.states) {
    if (error !== undefined) errors.set(error.message, error);
    for (const warning of answer?.warnings ?? []) warnings.add(warning);
    if (answer?.isPartial === true && answer.warnings.length === 0)
      warnings.add("partial; some data could not be read");
  }
  const isPartial = props.states.some(({ answer }) => answer?.isPartial === true);
  const retry = props.onRetry === undefined ? {} : { onRetry: props.onRetry };
  return (
    <>
      {[...errors.values()].map((error) => (
        <ErrorNotice key={error.message} error={error} {...retry} />
      ))}
      {[...warnings].map((warning) => (
        <div key={warning} class="notice notice-warning" role="status">
          <strong>{isPartial ? "partial answer" : "warning"}</strong> <span>{warning}</span>
        </div>
      ))}
    </>
  );
}
