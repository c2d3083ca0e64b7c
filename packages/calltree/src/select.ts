/**
 * The k-th largest of some values, 1 <= k <= count: Hoare's quickselect with the median of three as pivot, and a full
 * sort once the work passes 8 n, so that no arrangement of values makes it slow. The values are reordered.
 */
export function kthLargest(values: BigInt64Array, k: number): bigint {
  let from = 0;
  let to = values.length - 1;
  const wanted = values.length - k;
  let workLeft = 8 * values.length;
  while (from < to) {
    workLeft -= to - from;
    if (workLeft < 0) {
      values.sort();
      break;
    }
    const pivot = medianOfThree(values, from, to);
    let low = from;
    let high = to;
    while (low <= high) {
      while ((values[low] as bigint) < pivot) low++;
      while ((values[high] as bigint) > pivot) high--;
      if (low > high) break;
      const swapped = values[low] as bigint;
      values[low++] = values[high] as bigint;
      values[high--] = swapped;
    }
    if (wanted <= high) to = high;
    else if (wanted >= low) from = low;
    else break;
  }
  return values[wanted] as bigint;
}

function medianOfThree(values: BigInt64Array, from: number, to: number): bigint {
  const a = values[from] as bigint;
  const b = values[(from + to) >>> 1] as bigint;
  const c = values[to] as bigint;
  const isAscending = a < b;
  const low = isAscending ? a : b;
  const high = isAscending ? b : a;
  if (c < low) return low;
  if (c > high) return high;
  return c;
}
