import { BasaltError, type ErrorCode } from "@basalt/model";
import { RpcError } from "@basalt/rpc";

/** What to do about errors that this command alone explains; docs/errors.md has all. */
const advice: Partial<Readonly<Record<ErrorCode, string>>> = {
  tenant_missing: "name the tenant: -tenant=<name>",
  tenant_invalid: "name one tenant: -tenant=<name>",
  object_not_found: "check -storage.filesystem.dir (or -data.path), -tenant and the block's name: basaltctl blocks ls",
  block_corrupt: "basaltctl blocks verify <block> says what is wrong where; the server leaves the block out",
  block_version: "use the basaltctl of the release that wrote the block, or of a later one",
  server_unreachable: "check -url, and that the server is ready: GET <url>/ready",
  deadline_exceeded: "give it more time (-timeout), or ask for less",
  time_invalid: "write unix seconds, milliseconds or nanoseconds, YYYYMMDD, now or now-1h",
  profile_type_malformed: "basaltctl query types lists the profile types that there are",
  selector_malformed: "write -query='{service_name=\"shop\"}'",
};

/** What people see of an error: what happened with its code, and what to do. */
export function errorText(thrown: unknown): string {
  const { message, code, todo } = explain(thrown);
  const lines = message.split("\n").map((line) => `basaltctl: ${line}\n`);
  return `${lines.join("").trimEnd()} [${code}]\n${todo}\n`;
}

function explain(thrown: unknown): { readonly message: string; readonly code: string; readonly todo: string } {
  if (thrown instanceof RpcError)
    return { message: thrown.message, code: thrown.rpcCode, todo: "the server's log may say more" };
  const error = BasaltError.from(thrown);
  const { code, details, cause } = error;
  if (code === "config_invalid")
    return { message: error.message, code, todo: `${details["help"] ?? "basaltctl -help"} lists what there is` };
  const isUnknown = code === "internal" && cause instanceof Error;
  return {
    message: isUnknown ? cause.message : error.message,
    code,
    todo: advice[code] ?? `docs/errors.md explains ${code}`,
  };
}
