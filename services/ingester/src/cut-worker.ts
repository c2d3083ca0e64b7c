import { defineWorker } from "@basalt/runtime";
import { setupCutWorker } from "./setup-cut-worker.ts";

defineWorker(setupCutWorker);
