import { defineWorker } from "@basalt/runtime";
import { setupQueryWorker } from "./setup-query-worker.ts";

defineWorker(setupQueryWorker);
