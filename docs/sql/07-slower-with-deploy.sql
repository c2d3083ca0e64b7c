-- Which functions did a deploy make slower?
-- Compares shares of CPU, which do not depend on how long each version ran. Change is in points of percent.
SET VARIABLE blocks = 'data/bucket/anonymous/blocks/*';
SET VARIABLE service = 'shop';
SET VARIABLE label = 'version';
SET VARIABLE version_before = '1.0';
SET VARIABLE version_after = '1.1';

WITH
  functions AS (
    FROM basalt_top_functions(getvariable('blocks'), 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
      matching := service = getvariable('service'), per := labels[getvariable('label')])),
  sums AS (
    SELECT sum(self) FILTER (WHERE key = getvariable('version_before')) AS before,
           sum(self) FILTER (WHERE key = getvariable('version_after')) AS after FROM functions),
  sides AS (
    SELECT name, file, coalesce(sum(total) FILTER (WHERE key = getvariable('version_before')), 0)::BIGINT AS total_before,
           coalesce(sum(total) FILTER (WHERE key = getvariable('version_after')), 0)::BIGINT AS total_after
    FROM functions GROUP BY name, file)
SELECT name, file, total_before, total_after, 100 * (total_after / after - total_before / before) AS change
FROM sides, sums
WHERE total_before > 0 OR total_after > 0
ORDER BY change DESC, name, file;
