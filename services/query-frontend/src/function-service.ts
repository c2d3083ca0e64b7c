import { BasaltError } from "@basalt/model";
import type { FunctionOrder } from "@basalt/query";
import { planTree } from "@basalt/query";
import type { Service } from "@basalt/rpc";
import { basaltV1, service } from "@basalt/rpc";
import { requestBytesMax } from "./querier-service.ts";
import type { QueryFrontendOptions } from "./query-call.ts";
import { QueryCall } from "./query-call.ts";
import { selectRequest } from "./select-requests.ts";

/** Rows when the request names no limit. */
const rowCountDefault = 100;
/** 10,000 rows are 2 MB of JSON: more than any table shows. */
const rowCountMax = 10_000;

const order = basaltV1.TopFunctionsOrder;
const orders: ReadonlyMap<number, FunctionOrder> = new Map<number, FunctionOrder>([
  [order.TOP_FUNCTIONS_ORDER_UNSPECIFIED, "self"],
  [order.TOP_FUNCTIONS_ORDER_SELF, "self"],
  [order.TOP_FUNCTIONS_ORDER_TOTAL, "total"],
  [order.TOP_FUNCTIONS_ORDER_NAME, "name"],
  [order.TOP_FUNCTIONS_ORDER_SELF_DIFF, "selfDifference"],
  [order.TOP_FUNCTIONS_ORDER_TOTAL_DIFF, "totalDifference"],
]);

/** `basalt.v1.QueryService`: exact tables of functions. Names are ordered from A unless asked otherwise, values from the largest. */
export function functionService(options: QueryFrontendOptions): Service<typeof basaltV1.QueryServiceDefinition> {
  return service(
    basaltV1.QueryServiceDefinition,
    {
      topFunctions: (request, context) => {
        const asked = new QueryCall(options, context);
        const sides = request.right === undefined ? [request.query] : [request.query, request.right];
        const plans = sides.map((side) => {
          if (side === undefined) throw new BasaltError("query_malformed", "query is required");
          return planTree(selectRequest(side), asked.plan, true);
        });
        return asked.respond(plans, {
          kind: "topFunctions",
          codec: asked.codec,
          limit: rowCountOf(request.limit),
          order: orderOf(request.order, plans.length),
          isAscending: request.ascending,
          nameContains: request.nameContains.toLowerCase(),
        });
      },
    },
    { tenancy: "many", requestBytesMax },
  );
}

function rowCountOf(limit: bigint): number {
  if (limit === 0n) return rowCountDefault;
  if (limit >= 1n && limit <= BigInt(rowCountMax)) return Number(limit);
  throw new BasaltError("query_malformed", `limit ${limit} is not between 1 and ${rowCountMax}`);
}

function orderOf(wanted: number, sideCount: number): FunctionOrder {
  const found = orders.get(wanted);
  if (found === undefined) throw new BasaltError("query_malformed", `order ${wanted} is unknown`);
  if (sideCount === 1 && found.endsWith("Difference")) {
    throw new BasaltError("query_malformed", "an order by difference needs a right side");
  }
  return found;
}
