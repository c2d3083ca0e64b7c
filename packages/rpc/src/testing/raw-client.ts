import { request as http1Request } from "node:http";
import { connect, type IncomingHttpHeaders } from "node:http2";

/** A request as it goes onto the wire. */
export interface RawRequest {
  readonly version: 1 | 2;
  readonly port: number;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array | string;
}

/** An answer as it came off the wire. */
export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** HTTP/2: the code of the stream's end. */
  readonly rstCode?: number;
}

/** Sends a request on a connection of its own. */
export function send(request: RawRequest): Promise<RawResponse> {
  return request.version === 1 ? sendHttp1(request) : sendHttp2(request);
}

function sendHttp1({ port, method = "POST", path, headers, body }: RawRequest): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = http1Request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const { statusCode = 0, trailers } = response;
        resolve({ status: statusCode, headers: response.headers, trailers, body: Buffer.concat(chunks) });
      });
      response.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function sendHttp2({ port, method = "POST", path, headers, body }: RawRequest): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`);
    session.on("error", reject);
    const stream = session.request({ ":method": method, ":path": path, ...headers });
    const chunks: Buffer[] = [];
    let received: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    stream.on("response", (fields) => {
      received = fields;
    });
    stream.on("trailers", (fields) => {
      trailers = fields;
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", reject);
    stream.on("close", () => {
      session.close();
      const status = Number(received[":status"] ?? 0);
      resolve({ status, headers: received, trailers, body: Buffer.concat(chunks), rstCode: stream.rstCode });
    });
    stream.end(body);
  });
}
