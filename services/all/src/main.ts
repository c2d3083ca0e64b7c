import { runProgram } from "@basalt/runtime";
import { program } from "./program.ts";

await runProgram(program);
