import type { Setting } from "@basalt/runtime";
import { setting } from "@basalt/runtime";

/** Where the process listens and who may ask what. */
export const serverSettings: {
  readonly listenAddress: Setting<string>;
  readonly listenPort: Setting<number>;
  readonly pathPrefix: Setting<string>;
  readonly connectionsMax: Setting<number>;
  readonly readTimeoutMs: Setting<number>;
  readonly inFlightBytesMax: Setting<number>;
  readonly multitenancy: Setting<boolean>;
  readonly tenantsPerQueryMax: Setting<number>;
  readonly adminMode: Setting<"disabled" | "additional" | "exclusive">;
  readonly adminAddress: Setting<string>;
  readonly adminPort: Setting<number>;
} = {
  listenAddress: setting({
    path: "server.http_listen_address",
    flag: "server.http-listen-address",
    type: "string",
    default: "",
    category: "basic",
    description: "Address to listen on; empty = all addresses.",
  }),
  listenPort: setting({
    path: "server.http_listen_port",
    flag: "server.http-listen-port",
    type: "int",
    default: 4040,
    min: 0,
    max: 65535,
    category: "basic",
    description: "Port for every protocol: HTTP, Connect, gRPC and gRPC-Web; 0 = any free one.",
  }),
  pathPrefix: setting({
    path: "server.http_path_prefix",
    flag: "server.path-prefix",
    type: "string",
    default: "",
    description: "Stands before every path, such as /basalt.",
  }),
  connectionsMax: setting({
    path: "server.http_listen_conn_limit",
    flag: "server.http-conn-limit",
    type: "int",
    default: 10_000,
    min: 1,
    description: "Connections that may be open; more are closed at once.",
  }),
  readTimeoutMs: setting({
    path: "server.http_server_read_timeout",
    flag: "server.http-read-timeout",
    type: "duration",
    default: "30s",
    min: "100ms",
    description: "How long the body of a request may take to arrive; a slower one is refused with 408.",
  }),
  inFlightBytesMax: setting({
    path: "server.request_bytes_in_flight_max",
    flag: "server.request-bytes-in-flight-max",
    type: "bytes",
    default: "128MiB",
    min: "1MiB",
    description:
      "Bytes of all request bodies that are being served, as they came and as they inflate; more are refused with 429.",
  }),
  multitenancy: setting({
    path: "multitenancy_enabled",
    flag: "auth.multitenancy-enabled",
    type: "bool",
    default: false,
    category: "basic",
    description: "Whether requests name their tenant in X-Scope-OrgID; otherwise all belong to `anonymous`.",
  }),
  tenantsPerQueryMax: setting({
    path: "auth.tenants_per_query_max",
    flag: "auth.tenants-per-query-max",
    type: "int",
    default: 16,
    min: 1,
    description: "Tenants that one query may name in X-Scope-OrgID, as a|b; more are refused with 400.",
  }),
  adminMode: setting({
    path: "admin_server.mode",
    flag: "admin-server.mode",
    type: "choice",
    choices: ["disabled", "additional", "exclusive"],
    default: "disabled",
    description:
      "A second listener for /flush and /debug/pprof: `additional` to those on loopback, or `exclusive`ly there.",
  }),
  adminAddress: setting({
    path: "admin_server.http_listen_address",
    flag: "admin-server.http-listen-address",
    type: "string",
    default: "localhost",
    description: "Address of the admin listener. Whoever reaches it is an admin.",
  }),
  adminPort: setting({
    path: "admin_server.http_listen_port",
    flag: "admin-server.http-listen-port",
    type: "int",
    default: 4042,
    min: 0,
    max: 65535,
    description: "Port of the admin listener.",
  }),
};
