-- DuckDB macros over Basalt's blocks (docs/formats/block.md). README.md beside this file says how to use them.
--
-- `blocks` is a glob of block folders: 'data/bucket/anonymous/blocks/*' is all blocks of the tenant anonymous.
-- `matching` is a condition and `per` an expression over the columns of basalt_profiles. Sums are exact int64; a sum beyond is an error.

-- The block that a file belongs to.
CREATE OR REPLACE MACRO basalt_block(file) AS regexp_extract(file, '([0-7][0-9A-HJKMNP-TV-Z]{25})[/\\]', 1);

-- Every block that counts, from its meta.json: not those that another block names as a source.
CREATE OR REPLACE MACRO basalt_blocks(blocks) AS TABLE
  WITH metas AS (
    SELECT basalt_block(filename) AS block, content::JSON AS meta,
           make_timestamp_ns((meta->>'$.window.start')::BIGINT) AS window_start,
           make_timestamp_ns((meta->>'$.window.end')::BIGINT) AS window_end,
           (meta->'$.sources.id')::VARCHAR[] AS sources, (meta->'$.sources.windowStart')::BIGINT[] AS source_starts
    FROM read_text(blocks || '/meta.json'))
  SELECT m.block, meta->>'$.tenant' AS tenant, (meta->>'$.compactionLevel')::INTEGER AS compaction_level,
         m.window_start, m.window_end, m.sources,
         (meta->>'$.totals.series')::BIGINT AS series, (meta->>'$.totals.rows')::BIGINT AS profiles,
         (meta->>'$.totals.samples')::BIGINT AS samples,
         list_sum((meta->'$.files[*].bytes')::BIGINT[])::BIGINT AS bytes, meta
  FROM metas m
  WHERE (m.block, m.window_start) NOT IN (
    SELECT (source, make_timestamp_ns(start)) FROM (SELECT unnest(sources) AS source, unnest(source_starts) AS start FROM metas));

-- Every series: its labels as a map, its service, and its profile type as text.
CREATE OR REPLACE MACRO basalt_series(blocks) AS TABLE
  SELECT block, partition, series_index, fingerprint, labels, labels['service_name'] AS service,
         labels['__profile_type__'] AS profile_type
  FROM (SELECT *, basalt_block(filename) AS block FROM read_parquet(blocks || '/series.parquet', filename = true))
  SEMI JOIN basalt_blocks(blocks) USING (block);

-- Every pushed profile of every profile type, with its samples as a list.
CREATE OR REPLACE MACRO basalt_profiles(blocks) AS TABLE
  SELECT s.*, p.time, p.duration, p.period, p.profile_id, p.total, p.samples
  FROM (SELECT *, basalt_block(filename) AS block FROM read_parquet(blocks || '/profiles.parquet', filename = true, union_by_name = true)) p
  JOIN basalt_series(blocks) s USING (block, series_index);

-- Every sample: one row per profile and stack (and span, and trace).
CREATE OR REPLACE MACRO basalt_samples(blocks) AS TABLE
  SELECT * EXCLUDE (samples), unnest(samples, recursive := true) FROM basalt_profiles(blocks);

-- Values of a profile type by stack; a stack of two blocks or services is two.
CREATE OR REPLACE MACRO basalt_stack_values(blocks, type, matching := true, per := NULL) AS TABLE
  SELECT key, block, partition, stacktrace_id, sum(value)::BIGINT AS value
  FROM (SELECT per AS key, block, partition, unnest(samples, recursive := true) FROM basalt_profiles(blocks) WHERE profile_type = type AND matching)
  GROUP BY ALL;

-- What each location is called: its functions, the innermost first (place 1), or its binary and address.
CREATE OR REPLACE MACRO basalt_locations(blocks) AS TABLE
  WITH
    functions AS (SELECT basalt_block(path) AS block, partition, function_id, name, filename AS file
                  FROM read_parquet(blocks || '/symbols/functions.parquet', filename = 'path')),
    mappings AS (SELECT basalt_block(path) AS block, partition, mapping_id, regexp_extract(filename, '[^/]*$') AS binary
                 FROM read_parquet(blocks || '/symbols/mappings.parquet', filename = 'path')),
    locations AS (SELECT *, basalt_block(path) AS block, list_filter(lines, line -> line.function_id > 0) AS named
                  FROM read_parquet(blocks || '/symbols/locations.parquet', filename = 'path'))
  SELECT block, partition, location_id, place, name, file, line
  FROM (SELECT block, partition, location_id, unnest(named, recursive := true), generate_subscripts(named, 1) AS place FROM locations)
  JOIN functions USING (block, partition, function_id)
  UNION ALL
  SELECT block, partition, location_id, 1, coalesce(nullif(m.binary, ''), 'unknown') || '+0x' || lower(to_hex(address)), '', 0
  FROM locations LEFT JOIN mappings m USING (block, partition, mapping_id)
  WHERE len(named) = 0;

-- Every frame of every stack that samples of a profile type name: depth 0 is the leaf's location, place 1 its innermost function.
CREATE OR REPLACE MACRO basalt_frames(blocks, type, matching := true) AS TABLE
  WITH RECURSIVE
    stacks AS (SELECT basalt_block(filename) AS block, partition, stacktrace_id, parent_id, location_id
               FROM read_parquet(blocks || '/symbols/stacktraces.parquet', filename = true)),
    chosen AS (SELECT DISTINCT block, partition, stacktrace_id FROM basalt_stack_values(blocks, type, matching := matching)),
    walk AS (
      SELECT block, partition, stacktrace_id, parent_id AS next, location_id, 0 AS depth
      FROM chosen JOIN stacks USING (block, partition, stacktrace_id)
      UNION ALL
      SELECT w.block, w.partition, w.stacktrace_id, s.parent_id, s.location_id, depth + 1
      FROM walk w JOIN stacks s ON (s.block, s.partition, s.stacktrace_id) = (w.block, w.partition, w.next)
      WHERE w.next > 0)
  SELECT block, partition, stacktrace_id, depth, place, name, file, line
  FROM walk JOIN basalt_locations(blocks) USING (block, partition, location_id)
  UNION ALL
  SELECT block, partition, stacktrace_id, 0, 1, '[no stack]', '', 0 FROM chosen WHERE stacktrace_id = 0;

-- Functions of a profile type: their own values, and those of all stacks they are on, each stack once however often they recur in it.
CREATE OR REPLACE MACRO basalt_top_functions(blocks, type, matching := true, per := NULL) AS TABLE
  WITH functions AS (
    SELECT block, partition, stacktrace_id, name, file, bool_or(depth = 0 AND place = 1) AS is_leaf
    FROM basalt_frames(blocks, type, matching := matching) GROUP BY ALL)
  SELECT key, name, file, coalesce(sum(value) FILTER (WHERE is_leaf), 0)::BIGINT AS self, sum(value)::BIGINT AS total
  FROM basalt_stack_values(blocks, type, matching := matching, per := per) JOIN functions USING (block, partition, stacktrace_id)
  GROUP BY ALL ORDER BY key, total DESC, name, file;

-- Folded stacks of a profile type, as flame graph tools read them: names from the root, joined by ';'.
CREATE OR REPLACE MACRO basalt_folded(blocks, type, matching := true, per := NULL) AS TABLE
  WITH folded AS (
    SELECT block, partition, stacktrace_id, string_agg(name, ';' ORDER BY depth DESC, place DESC) AS stack
    FROM basalt_frames(blocks, type, matching := matching) GROUP BY ALL)
  SELECT key, stack, sum(value)::BIGINT AS value
  FROM basalt_stack_values(blocks, type, matching := matching, per := per) JOIN folded USING (block, partition, stacktrace_id)
  GROUP BY ALL ORDER BY key, value DESC, stack;
