-- Which goroutines leak: where do those of a service begin whose number only grows?
-- A goroutine is known by the function at its root. Shown are those that became more, and never fewer, from one profile of a pod to its next.
SET VARIABLE blocks = 'data/bucket/anonymous/blocks/*';
SET VARIABLE service = 'shop';
SET VARIABLE type = 'goroutines:goroutine:count:goroutine:count';
SET VARIABLE since = now() - INTERVAL 1 DAY;

WITH
  roots AS (
    SELECT block, partition, stacktrace_id, arg_max(name, (depth, place)) AS root
    FROM basalt_frames(getvariable('blocks'), getvariable('type'), matching := service = getvariable('service') AND time >= getvariable('since'))
    GROUP BY ALL),
  found AS (
    SELECT fingerprint, root, time, sum(value) AS goroutines
    FROM basalt_samples(getvariable('blocks')) JOIN roots USING (block, partition, stacktrace_id)
    WHERE profile_type = getvariable('type') AND service = getvariable('service') AND time >= getvariable('since')
    GROUP BY ALL),
  profiles AS (
    SELECT DISTINCT fingerprint, labels['pod'] AS pod, time
    FROM basalt_profiles(getvariable('blocks'))
    WHERE profile_type = getvariable('type') AND service = getvariable('service') AND time >= getvariable('since')),
  -- A profile without a root says that there was none.
  counts AS (
    SELECT fingerprint, pod, root, time, coalesce(goroutines, 0) AS goroutines
    FROM profiles JOIN (SELECT DISTINCT fingerprint, root FROM found) USING (fingerprint)
    LEFT JOIN found USING (fingerprint, root, time)),
  steps AS (
    SELECT *, goroutines - lag(goroutines) OVER (PARTITION BY fingerprint, root ORDER BY time) AS step FROM counts)
SELECT pod, root, arg_min(goroutines, time)::BIGINT AS first, arg_max(goroutines, time)::BIGINT AS last,
       regr_slope(goroutines, epoch(time)) * 3600 AS growth_per_hour
FROM steps
GROUP BY fingerprint, pod, root
HAVING min(step) >= 0 AND max(step) > 0
ORDER BY last - first DESC, pod, root;
