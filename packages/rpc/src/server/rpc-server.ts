import { createServer as createHttp1Server, type Server as Http1Server } from "node:http";
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Clock } from "@basalt/runtime";
import { RpcError } from "../error.ts";
import type { HttpRoute } from "../http-route.ts";
import type { Interceptor } from "../interceptor.ts";
import type { Service } from "../service.ts";
import { BodyBudget } from "./body-budget.ts";
import { Dispatcher, type Outcome } from "./dispatcher.ts";
import type { Exchange } from "./exchange.ts";
import { Http1Exchange } from "./http1-exchange.ts";
import { Http2Exchange } from "./http2-exchange.ts";
import { type ServerLimits, serverLimitsDefault } from "./limits.ts";
import type { RequestRecord, ServerObserver } from "./observer.ts";
import { createOnePort } from "./one-port.ts";
import { notFoundRouteName } from "./route-name.ts";
import { Router, type Target } from "./router.ts";
import type { ServerResources } from "./server-resources.ts";

/** What a server is made of. */
export interface ServerOptions {
  readonly clock: Clock;
  readonly services?: readonly Service[];
  readonly routes?: readonly HttpRoute[];
  /** Around every call, the first outermost. */
  readonly interceptors?: readonly Interceptor[];
  readonly limits?: Partial<ServerLimits>;
  readonly observers?: readonly ServerObserver[];
  /** Before every path, such as `/basalt`; none by default. */
  readonly pathPrefix?: string;
}

/** Where a server listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
}

/** HTTP/2 flow control: 1 MiB a stream and 16 MiB a connection let a far client send at full speed. */
const streamWindowBytes = 1 << 20;
const connectionWindowBytes = 16 << 20;

/** Others are counted together: HTTP/2 lets a client invent methods. */
const knownMethods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** A path in a log line, characters. */
const loggedPathMax = 500;

/** One port for plain HTTP, Connect, gRPC and gRPC-Web, over HTTP/1.1 and cleartext HTTP/2. */
export class RpcServer {
  private readonly limits: ServerLimits;
  private readonly observers: readonly ServerObserver[];
  private readonly clock: Clock;
  private readonly pathPrefix: string;
  private readonly router: Router;
  private readonly dispatcher: Dispatcher;
  private readonly resources: ServerResources;
  private readonly port: Server;
  private readonly http1: Http1Server;
  private readonly http2: Http2Server;
  private readonly sockets = new Set<Socket>();
  private readonly sessions = new Set<ServerHttp2Session>();
  private isStopping = false;

  constructor(options: ServerOptions) {
    this.limits = { ...serverLimitsDefault, ...options.limits };
    this.observers = options.observers ?? [];
    this.clock = options.clock;
    this.pathPrefix = (options.pathPrefix ?? "").replace(/\/+$/, "");
    this.router = new Router(options.services ?? [], options.routes ?? []);
    this.resources = {
      clock: options.clock,
      limits: this.limits,
      bodyBudget: new BodyBudget(this.limits.requestBytesInFlightMax),
      isStopping: () => this.isStopping,
    };
    this.dispatcher = new Dispatcher(options.interceptors ?? [], this.resources);
    this.http1 = this.createHttp1();
    this.http2 = this.createHttp2();
    this.port = createOnePort({
      http1: (socket) => this.accept(socket, "http1"),
      http2: (socket) => this.accept(socket, "http2"),
      clock: options.clock,
      sniffMs: this.limits.sniffMs,
      connectionsMax: this.limits.connectionsMax,
    });
    this.port.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
    const refused = (error?: Error): void => {
      for (const observer of this.observers) observer.connectionRefused(error);
    };
    this.port.on("drop", () => refused());
    // Of a connection that cannot be accepted; without a listener it would end the process. Before, `listen` rejects.
    this.port.on("error", (error) => {
      if (this.port.listening) refused(error);
    });
  }

  /** Starts to listen; returns the address with the real port. */
  listen({ host, port }: ListenAddress): Promise<ListenAddress> {
    // Node checks the header timeout of connections only after this event.
    this.http1.emit("listening");
    return new Promise((resolve, reject) => {
      this.port.once("error", reject);
      this.port.listen({ host, port }, () => {
        this.port.off("error", reject);
        resolve({ host, port: (this.port.address() as AddressInfo).port });
      });
    });
  }

  /** Stops accepting, lets running requests finish for a while, then closes every connection. Idempotent. */
  async stop(graceMs: number): Promise<void> {
    this.isStopping = true;
    const closed = new Promise<void>((resolve) => this.port.close(() => resolve()));
    for (const session of this.sessions) session.close();
    this.http1.closeIdleConnections();
    this.http1.close();
    const cancelTimer = this.clock.after(graceMs, () => {
      for (const socket of this.sockets) socket.destroy();
    });
    await closed;
    cancelTimer();
  }

  /** Answers one request of any version; resolves when the answer is handed to the network. Never rejects. */
  private async serve(exchange: Exchange): Promise<void> {
    const startedMs = this.clock.monotonicMs();
    const { path, rawQuery } = splitTarget(exchange.target);
    const target = this.find(path);
    const method = knownMethods.has(exchange.method) ? exchange.method : "OTHER";
    const route = target?.routeName ?? notFoundRouteName;
    for (const observer of this.observers) observer.requestStarted(method, route);
    const inner = path.slice(this.pathPrefix.length);
    const outcome = await this.dispatcher.dispatch({ exchange, path: inner, rawQuery }, target);
    const sendFailure = send(exchange, outcome);
    const durationMs = this.clock.monotonicMs() - startedMs;
    const record = recordOf({ exchange, outcome, method, path, route, durationMs });
    const isPanic = outcome.error?.code === "internal" && !(outcome.thrown instanceof RpcError);
    for (const observer of this.observers) {
      if (isPanic || sendFailure !== undefined) observer.panicked(record, sendFailure ?? outcome.thrown);
      observer.requestFinished(record);
    }
  }

  private find(path: string): Target | undefined {
    if (this.pathPrefix === "") return this.router.find(path);
    return path.startsWith(`${this.pathPrefix}/`) ? this.router.find(path.slice(this.pathPrefix.length)) : undefined;
  }

  private accept(socket: Socket, protocol: "http1" | "http2"): void {
    for (const observer of this.observers) observer.connectionOpened(protocol);
    socket.once("close", () => {
      for (const observer of this.observers) observer.connectionClosed(protocol);
    });
    (protocol === "http1" ? this.http1 : this.http2).emit("connection", socket);
  }

  private createHttp1(): Http1Server {
    const { limits } = this;
    const options = {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersMs,
      // The body has a limit of its own, which answers properly.
      requestTimeout: 0,
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: Math.ceil(limits.headersMs / 2),
    };
    return createHttp1Server(options, (request, response) => {
      void this.serve(new Http1Exchange(request, response, this.resources));
    });
  }

  private createHttp2(): Http2Server {
    const { limits } = this;
    const server = createHttp2Server({
      settings: {
        initialWindowSize: streamWindowBytes,
        maxConcurrentStreams: limits.streamsPerConnectionMax,
        maxHeaderListSize: limits.headerBytesMax,
        enablePush: false,
      },
    });
    server.on("session", (session) => {
      session.setLocalWindowSize(connectionWindowBytes);
      session.setTimeout(limits.idleMs, () => session.close());
      this.sessions.add(session);
      session.once("close", () => this.sessions.delete(session));
      if (this.isStopping) session.close();
    });
    server.on("stream", (stream, headers) => {
      void this.serve(new Http2Exchange(stream, headers, this.resources));
    });
    return server;
  }
}

/** Makes a server; it listens after `listen()`. */
export function createServer(options: ServerOptions): RpcServer {
  return new RpcServer(options);
}

/** Hands the answer to the network; gives what was wrong with it, such as a header that a handler built badly. */
function send(exchange: Exchange, outcome: Outcome): unknown {
  try {
    exchange.send(outcome.reply);
    return undefined;
  } catch (error) {
    exchange.destroy();
    return error;
  }
}

function splitTarget(target: string): { path: string; rawQuery: string } {
  // An absolute URL is allowed in the request line (RFC 9112, 3.2.2).
  const start = target.startsWith("/") ? 0 : Math.max(target.indexOf("/", target.indexOf("://") + 3), 0);
  const end = target.indexOf("?", start);
  if (end < 0) return { path: target.slice(start), rawQuery: "" };
  return { path: target.slice(start, end), rawQuery: target.slice(end + 1) };
}

function recordOf(facts: {
  exchange: Exchange;
  outcome: Outcome;
  method: string;
  path: string;
  route: string;
  durationMs: number;
}): RequestRecord {
  const { exchange, outcome, method, path, route, durationMs } = facts;
  const { context, error, reply, statusCode } = outcome;
  return {
    method,
    route,
    path: path.slice(0, loggedPathMax),
    protocol: context?.facts.protocol ?? "http",
    statusCode,
    // A route may answer with an error itself.
    errorCode: error?.code ?? error?.rpcCode ?? reply.headers["basalt-error"]?.toString(),
    errorMessage: error?.message,
    durationMs,
    requestBytes: exchange.bytesRead,
    responseBytes: reply.body?.length ?? 0,
    tenant: context?.tenants.join("|") ?? "",
    peer: exchange.peer,
  };
}
