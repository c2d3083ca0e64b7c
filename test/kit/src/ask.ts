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

/** Cuts every head; throws unless the server says it is done. */
export async function flush(url: string): Promise<void> {
  const response = await fetch(`${url}/flush`, { method: "POST" });
  const text = await response.text();
  if (!response.ok) throw new Error(`/flush answered ${response.status}: ${text.slice(0, 300)}`);
}
