/**
 * The program that the conformance runner starts: reads one ServerCompatRequest from stdin (four bytes of length,
 * big-endian, then protobuf), serves, writes one ServerCompatResponse to stdout, and ends on SIGTERM.
 */
import process from "node:process";
import { createServer } from "@basalt/rpc";
import { systemClock } from "@basalt/runtime";
import { conformanceService } from "./conformance-service.ts";
import { ServerCompatRequest, ServerCompatResponse } from "./gen/connectrpc/conformance/v1/server_compat.ts";

const stopGraceMs = 1000;

async function readRequest(): Promise<ServerCompatRequest> {
  let seen = Buffer.alloc(0);
  for await (const chunk of process.stdin) {
    seen = Buffer.concat([seen, chunk as Buffer]);
    if (seen.length >= 4 && seen.length >= 4 + seen.readUInt32BE(0)) break;
  }
  return ServerCompatRequest.decode(seen.subarray(4, 4 + seen.readUInt32BE(0)));
}

function writeResponse(response: ServerCompatResponse): void {
  const message = ServerCompatResponse.encode(response).finish();
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(message.length);
  process.stdout.write(Buffer.concat([prefix, message]));
}

const request = await readRequest();
const server = createServer({
  clock: systemClock,
  services: [conformanceService(systemClock, request.messageReceiveLimit)],
});
const { host, port } = await server.listen({ host: "127.0.0.1", port: 0 });
writeResponse({ host, port, pemCert: request.serverCreds?.cert ?? new Uint8Array(0) });
process.on("SIGTERM", () => {
  void server.stop(stopGraceMs).then(() => process.exit(0));
});
