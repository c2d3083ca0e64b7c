import type { CallTree, MemoryAccount } from "@basalt/calltree";
import type { AnswerSpec, QueryPartial } from "@basalt/query";
import { columnBytes } from "@basalt/symdb";
import type { AnsweredQuestion } from "./answered-question.ts";

/** 40: totals, marks and new numbers of a node, of each tree that is cut. */
const cutBytes = 40;

/** 250: columns of a node that stays, its bars, and the bars and the name as they are written, of each side. */
const drawnBytes = 250;

/** 600: a function, its costs and those of its sides as objects, for as long as the table is sorted. */
const functionRowBytes = 600;

/** 3: tree bytes as they are, and in JSON as text, twice. */
const treeBytesCopies = 3;

/** 64: a name of a node, its value and its count of children. */
const treeByteNode = 64;

/** 2.25: texts with what is added to them, marks of what is used, and the profile as it is written, while that doubles. */
const profileCopies = 2.25;

/** 3.5: JSON takes twice as much as the columns, and is copied once, less what it does not fill. */
const jsonCopies = 3.5;

/** 200: the text of a point and its number before all are joined. */
const pointTextBytes = 200;

/**
 * Counts what writing an answer takes, before it is written.
 *
 * @throws what the account throws.
 */
export function chargeAnswer(spec: AnswerSpec, questions: readonly AnsweredQuestion[], account: MemoryAccount): void {
  for (const { partial } of questions) chargePartial(spec, partial, account);
}

function chargePartial(spec: AnswerSpec, partial: QueryPartial, account: MemoryAccount): void {
  if (partial.kind === "tree" && partial.tree !== undefined) chargeTree(spec, partial.tree, account);
  if (partial.kind === "pprof" && partial.profile !== undefined) {
    const isJson = "codec" in spec && spec.codec === "json";
    account.columns((profileCopies + (isJson ? jsonCopies : 0)) * columnBytes(partial.profile));
  }
  if (partial.kind === "series") {
    for (const { pointIndex } of partial.series) account.heap(pointIndex.length * pointTextBytes);
  }
}

function chargeTree(spec: AnswerSpec, { length, functions }: CallTree, account: MemoryAccount): void {
  account.columns(length * cutBytes);
  if (spec.kind === "topFunctions") account.heap(functions.names.length * functionRowBytes);
  if (!("maxNodes" in spec)) return;
  // Of nodes that tie with the last one all stay, so the limit alone is no bound; most trees have few.
  const drawn = spec.maxNodes > 0 ? Math.min(length, 2 * spec.maxNodes) : length;
  if (spec.kind === "treeBytes") account.heap(drawn * treeByteNode * treeBytesCopies);
  else account.columns(drawn * drawnBytes);
}
