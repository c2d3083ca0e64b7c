/** Calls over Connect's JSON form: one POST, plain JSON both ways. */

/** An answer, and what the server said about how complete it is. */
export interface Answer<T> {
  readonly value: T;
  /** Part of the data could not be asked. */
  readonly isPartial: boolean;
  /** `<code>; <text>`, as the server wrote them. */
  readonly warnings: readonly string[];
}

/** A call that failed: the message is the server's own. */
export class RpcError extends Error {
  readonly code: string;
  readonly method: string;

  constructor(code: string, message: string, method: string) {
    super(message);
    this.name = "RpcError";
    this.code = code;
    this.method = method;
  }
}

/** The call was given up for a newer one: nothing to tell anybody. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** Calls `<service>/<Method>`. @throws RpcError what the server answered, or `unavailable` when it could not be reached */
export async function callRpc<T>(method: string, request: object, signal: AbortSignal): Promise<Answer<T>> {
  const response = await post(method, request, signal);
  if (!response.ok) throw await errorOf(response, method);
  const warnings = response.headers.get("basalt-warning");
  return {
    value: (await response.json()) as T,
    isPartial: response.headers.get("basalt-partial") === "true",
    warnings: warnings === null ? [] : warnings.split(/, (?=[a-z_]+; )/),
  };
}

async function post(method: string, request: object, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(`/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json", "connect-protocol-version": "1" },
      body: JSON.stringify(request),
      signal,
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new RpcError("unavailable", "the server cannot be reached", method);
  }
}

/** Connect's error body is `{code, message}`; a proxy in between may answer anything. */
async function errorOf(response: Response, method: string): Promise<RpcError> {
  const text = await response.text();
  const whole = `${response.status} ${response.statusText}`.trim();
  try {
    const body = JSON.parse(text) as { readonly code?: string; readonly message?: string };
    return new RpcError(body.code ?? whole, body.message ?? text, method);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new RpcError(whole, text.slice(0, 300) || "no message", method);
  }
}
