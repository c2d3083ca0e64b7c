/** A Connect JSON answer: status, headers and the parsed body. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Posts a Connect JSON request. */
export async function ask(
  url: string,
  procedure: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(`${url}/${procedure}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return readAnswer(response);
}

/** Reads an answer whole; a body that is no JSON object counts as an empty one. */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parseObject(text) };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The total of a merged flame graph. */
export async function mergedTotal(
  url: string,
  question: {
    readonly profileTypeID: string;
    readonly labelSelector: string;
    readonly start: number;
    readonly end: number;
  },
): Promise<bigint> {
  const answer = await ask(url, "querier.v1.QuerierService/SelectMergeStacktraces", question);
  if (answer.status !== 200) throw new Error(`merge answered ${answer.status}: ${answer.text.slice(0, 300)}`);
  const flamegraph = answer.json["flamegraph"] as { readonly total?: string } | undefined;
  return BigInt(flamegraph?.total ?? "0");
}

/** Cuts every head; throws unless the server says it is done. */
export async function flush(url: string): Promise<void> {
  const response = await fetch(`${url}/flush`, { method: "POST" });
  const text = await response.text();
  if (!response.ok) throw new Error(`/flush answered ${response.status}: ${text.slice(0, 300)}`);
}
