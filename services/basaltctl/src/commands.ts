import { blocksCat } from "./blocks/cat.ts";
import { blocksInspect } from "./blocks/inspect.ts";
import { blocksLs } from "./blocks/ls.ts";
import { blocksVerify } from "./blocks/verify.ts";
import { bucketUsage } from "./bucket/usage.ts";
import type { Command } from "./command.ts";
import { importPyroscopeV1 } from "./import/pyroscope-v1.ts";
import { push } from "./push.ts";
import { queryFlamegraph } from "./query/flamegraph.ts";
import { queryFolded } from "./query/folded.ts";
import { queryPprof } from "./query/pprof.ts";
import { querySeries } from "./query/series.ts";
import { queryTop } from "./query/top.ts";
import { queryTypes } from "./query/types.ts";

/** Every command, in the order of `-help`. */
export const commands: readonly Command[] = [
  blocksLs,
  blocksInspect,
  blocksVerify,
  blocksCat,
  bucketUsage,
  queryTypes,
  queryTop,
  queryFlamegraph,
  queryFolded,
  queryPprof,
  querySeries,
  push,
  importPyroscopeV1,
];
