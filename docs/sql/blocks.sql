-- DuckDB macros over Basalt's blocks (docs/formats/block.md). Each takes a glob of block folders, such as
-- 'data/bucket/anonymous/blocks/*', and works on all blocks that match it.
--
--   .read docs/sql/blocks.sql
--   SELECT * FROM basalt_top_functions('data/bucket/anonymous/blocks/*', 'process_cpu:cpu:nanoseconds:cpu:nanoseconds') LIMIT 20;

-- The block that a file belongs to.
CREATE OR REPLACE MACRO basalt_block(file) AS regexp_extract(file, '([0-7][0-9A-HJKMNP-TV-Z]{25})/', 1);

-- Every series: its labels as a map, and the profile type as text.
CREATE OR REPLACE MACRO basalt_series(blocks) AS TABLE
  SELECT basalt_block(filename) AS block, series_index, partition, labels, labels['service_name'] AS service,
         labels['__profile_type__'] AS profile_type
  FROM read_parquet(blocks || '/series.parquet', filename = true);

-- Every sample: one row per profile and stack.
CREATE OR REPLACE MACRO basalt_samples(blocks) AS TABLE
  SELECT p.block, p.series_index, p.partition, p.time, p.profile_id, p.sample.stacktrace_id AS stacktrace_id, p.sample.value AS value
  FROM (SELECT basalt_block(filename) AS block, series_index, partition, time, profile_id, unnest(samples) AS sample
        FROM read_parquet(blocks || '/profiles.parquet', filename = true)) p;

-- Every frame of every stack that samples name: depth 0 is the leaf; inlined functions are frames of their own.
CREATE OR REPLACE MACRO basalt_frames(blocks) AS TABLE
  WITH RECURSIVE
    stacks AS (SELECT basalt_block(filename) AS block, partition, stacktrace_id, parent_id, location_id, hash
               FROM read_parquet(blocks || '/symbols/stacktraces.parquet', filename = true)),
    path(block, partition, stacktrace_id, node, depth) AS (
      SELECT block, partition, stacktrace_id, stacktrace_id, 0 FROM stacks WHERE hash IS NOT NULL AND stacktrace_id > 0
      UNION ALL
      SELECT p.block, p.partition, p.stacktrace_id, s.parent_id, p.depth + 1
      FROM path p JOIN stacks s ON s.block = p.block AND s.partition = p.partition AND s.stacktrace_id = p.node
      WHERE s.parent_id > 0),
    lines AS (SELECT basalt_block(filename) AS block, partition, location_id, unnest(lines) AS line, generate_subscripts(lines, 1) AS inlined
              FROM read_parquet(blocks || '/symbols/locations.parquet', filename = true)),
    functions AS (SELECT basalt_block(path) AS block, partition, function_id, name
                  FROM read_parquet(blocks || '/symbols/functions.parquet', filename = 'path'))
  SELECT p.block, p.partition, p.stacktrace_id, p.depth, l.inlined, f.name
  FROM path p
  JOIN stacks s ON s.block = p.block AND s.partition = p.partition AND s.stacktrace_id = p.node
  JOIN lines l ON l.block = p.block AND l.partition = p.partition AND l.location_id = s.location_id
  JOIN functions f ON f.block = p.block AND f.partition = p.partition AND f.function_id = l.line.function_id;

-- Functions of a profile type: their own values, and those of all stacks that they are on.
CREATE OR REPLACE MACRO basalt_top_functions(blocks, type) AS TABLE
  WITH
    chosen AS (SELECT m.block, m.partition, m.stacktrace_id, sum(m.value) AS value
               FROM basalt_samples(blocks) m JOIN basalt_series(blocks) s USING (block, series_index)
               WHERE s.profile_type = type GROUP BY ALL),
    frames AS (SELECT block, partition, stacktrace_id, name, bool_or(depth = 0 AND inlined = 1) AS is_leaf
               FROM basalt_frames(blocks) GROUP BY ALL)
  SELECT name, sum(value) FILTER (WHERE is_leaf) AS self, sum(value) AS total
  FROM chosen JOIN frames USING (block, partition, stacktrace_id)
  GROUP BY name ORDER BY total DESC, name;
