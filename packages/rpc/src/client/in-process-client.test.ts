import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError, parseTenantId } from "@basalt/model";
import { ManualClock } from "@basalt/runtime";
import { CallContext } from "../call-context.ts";
import { RpcError } from "../error.ts";
import { QuerierServiceDefinition, SeriesRequest, SeriesResponse } from "../gen/querier/v1/querier.ts";
import { LabelNamesRequest } from "../gen/types/v1/types.ts";
import { PreEncoded, type Service, service } from "../service.ts";
import { tenantInterceptor } from "../tenant-interceptor.ts";
import { type Fault, inProcessClient } from "./in-process-client.ts";
import { callOptionsOf, type Notice, type ServiceClient } from "./service-client.ts";

type Definition = typeof QuerierServiceDefinition;

const tenants = [parseTenantId("team-a")];
const empty = SeriesRequest.fromPartial({});

function querier(
  series: (request: SeriesRequest, context: CallContext) => Promise<SeriesResponse | PreEncoded>,
): Service<Definition> {
  return service(QuerierServiceDefinition, { series }, { tenancy: "many" });
}

function clientOf(
  target: Service<Definition>,
  fault?: Fault,
): { clock: ManualClock; client: ServiceClient<Definition> } {
  const clock = new ManualClock();
  const interceptors = [tenantInterceptor({ multitenancy: true, tenantsMax: 16 })];
  return { clock, client: inProcessClient(target, { clock, interceptors, faults: () => fault }) };
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "none";
  } catch (error) {
    return error instanceof BasaltError ? error.code : String(error);
  }
}

test("messages pass as the same objects, tenants come along", async () => {
  const answer = { labelsSet: [] };
  const request = SeriesRequest.fromPartial({ start: 5n });
  const { client } = clientOf(
    querier(async (received, context) => {
      assert.equal(received, request);
      assert.deepEqual([context.tenant, context.codec], ["team-a", "structured"]);
      return answer;
    }),
  );
  assert.equal(await client.series(request, { tenants }), answer);
});

test("an encoded answer is decoded", async () => {
  const bytes = SeriesResponse.encode({ labelsSet: [{ labels: [] }] }).finish();
  const { client } = clientOf(querier(async () => new PreEncoded(bytes, "proto")));
  assert.deepEqual(await client.series(empty, { tenants }), { labelsSet: [{ labels: [] }] });
});

test("a raw handler gets the request as protobuf, and its answer is decoded", async () => {
  const raw = async (message: Uint8Array, context: CallContext): Promise<PreEncoded> => {
    assert.equal(context.codec, "proto");
    const { start } = SeriesRequest.decode(message);
    const labels = [{ name: "start", value: String(start) }];
    return new PreEncoded(SeriesResponse.encode({ labelsSet: [{ labels }] }).finish(), "proto");
  };
  const { client } = clientOf(service(QuerierServiceDefinition, { series: { raw } }, { tenancy: "many" }));
  const { labelsSet } = await client.series(SeriesRequest.fromPartial({ start: 5n }), { tenants });
  assert.deepEqual(labelsSet, [{ labels: [{ name: "start", value: "5" }] }]);
});

test("interceptors run as in a server", async () => {
  const { client } = clientOf(querier(async () => ({ labelsSet: [] })));
  assert.equal(await codeOf(client.series(empty)), "tenant_missing");
});

test("errors keep their code; others become internal", async () => {
  const throwing = (error: unknown): Promise<string> =>
    codeOf(
      clientOf(
        querier(async () => {
          throw error;
        }),
      ).client.series(empty, { tenants }),
    );
  assert.equal(await throwing(new BasaltError("disk_full", "no room")), "disk_full");
  assert.equal(await throwing(new TypeError("bug")), "internal");
  assert.equal(await throwing(new RpcError("aborted", "x")), "RpcError: x");
});

test("a method without a handler is unimplemented", async () => {
  const { client } = clientOf(querier(async () => ({ labelsSet: [] })));
  assert.equal(await codeOf(client.labelNames(LabelNamesRequest.fromPartial({}))), "method_not_implemented");
});

test("the deadline ends the call and tells the handler", async () => {
  let signal: AbortSignal | undefined;
  const { client, clock } = clientOf(
    querier((_request, context) => {
      signal = context.signal;
      return new Promise(() => undefined);
    }),
  );
  const call = codeOf(client.series(empty, { tenants, timeoutMs: 50 }));
  await Promise.resolve();
  await clock.advance(50);
  assert.equal(await call, "deadline_exceeded");
  assert.equal(signal?.aborted, true);
});

test("an abort of the caller ends the call", async () => {
  const controller = new AbortController();
  const { client } = clientOf(querier(() => new Promise(() => undefined)));
  const call = codeOf(client.series(empty, { tenants, signal: controller.signal }));
  controller.abort();
  assert.equal(await call, "canceled");
  assert.equal(await codeOf(client.series(empty, { tenants, signal: controller.signal })), "canceled");
});

test("a call inside a call takes over tenant and time, and gives back notices", async () => {
  const outer = new CallContext({
    procedure: "x.Y/Z",
    route: "x",
    protocol: "http",
    codec: "json",
    method: "POST",
    requestHeaders: {},
    rawQuery: "",
    peer: "",
    capabilities: { utf8LabelNames: false },
    acceptsGzip: false,
    timeoutMs: 100,
    deadlineMs: 1100,
  });
  outer.tenants = tenants;
  const { client } = clientOf(
    querier(async (_request, context) => {
      assert.deepEqual([context.tenant, context.facts.timeoutMs], ["team-a", 70]);
      context.warn("block_corrupt", "one");
      context.warn("block_corrupt", "one");
      context.markPartial();
      return { labelsSet: [] };
    }),
  );
  await client.series(empty, callOptionsOf(outer, 1030));
  assert.deepEqual(outer.warnings, [{ code: "block_corrupt", text: "one" }]);
  assert.equal(outer.isPartial, true);
});

const faults: [rule: string, fault: Fault, calls: number, outcome: string][] = [
  ["a request that is lost does not arrive", { error: new BasaltError("not_ready", "down") }, 0, "not_ready"],
  ["an answer that is lost was served", { answerError: new BasaltError("not_ready", "down") }, 1, "not_ready"],
  ["a slow way delays the request past its deadline", { delayMs: 80 }, 0, "deadline_exceeded"],
  ["a slow way delays the request", { delayMs: 20 }, 1, "none"],
];
for (const [rule, fault, calls, outcome] of faults) {
  test(`fault: ${rule}`, async () => {
    let callCount = 0;
    const series = async (): Promise<SeriesResponse> => {
      callCount++;
      return { labelsSet: [] };
    };
    const { client, clock } = clientOf(querier(series), fault);
    const notices: Notice[] = [];
    const call = codeOf(client.series(empty, { tenants, timeoutMs: 50, onNotice: (notice) => notices.push(notice) }));
    await Promise.resolve();
    await clock.advance(fault.delayMs === 20 ? 20 : 50);
    assert.equal(await call, outcome);
    assert.equal(callCount, calls);
    assert.deepEqual(notices, []);
  });
}
