import type { Server, Socket } from "node:net";
import { createServer } from "node:net";
import type { Clock } from "@basalt/runtime";

/** The client connection preface of HTTP/2. Source: RFC 9113, 3.4. */
const preface: Uint8Array = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** Where connections go once it is known what they speak. */
export interface PortOptions {
  readonly http1: (socket: Socket) => void;
  readonly http2: (socket: Socket) => void;
  readonly clock: Clock;
  /** Time to send enough bytes to tell, ms; then the connection is closed. */
  readonly sniffMs: number;
  /** Open connections at most; more are closed at once. */
  readonly connectionsMax: number;
}

/** A TCP server that hands each connection to HTTP/1.1 or HTTP/2, by its first bytes. Not listening yet. */
export function createOnePort(options: PortOptions): Server {
  const server = createServer({ noDelay: true }, (socket) => sniff(socket, options));
  server.maxConnections = options.connectionsMax;
  return server;
}

/** Reads up to the first byte that differs from the preface, then puts everything back. */
function sniff(socket: Socket, { http1, http2, clock, sniffMs }: PortOptions): void {
  let seen: Buffer = Buffer.alloc(0);
  const cancelTimer = clock.after(sniffMs, () => socket.destroy());
  const onReadable = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const compared = Math.min(seen.length, preface.length);
    const isHttp2 = seen.compare(preface, 0, compared, 0, compared) === 0;
    if (isHttp2 && compared < preface.length) return;
    stop();
    socket.unshift(seen);
    (isHttp2 ? http2 : http1)(socket);
  };
  const stop = (): void => {
    cancelTimer();
    socket.off("readable", onReadable).off("error", onError).off("close", stop);
  };
  const onError = (): void => {
    stop();
    socket.destroy();
  };
  socket.on("readable", onReadable).on("error", onError).on("close", stop);
}
