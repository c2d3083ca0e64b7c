-- At which lines was the memory allocated by which a service's heap has grown?
-- Compares the first and the last heap profile of each pod in the range; a site is the line that called the allocator.
SET VARIABLE blocks = 'data/bucket/anonymous/blocks/*';
SET VARIABLE service = 'shop';
SET VARIABLE type = 'memory:inuse_space:bytes:space:bytes';
SET VARIABLE since = now() - INTERVAL 1 DAY;

WITH
  ends AS (
    SELECT fingerprint, min(time) AS first, max(time) AS last
    FROM basalt_profiles(getvariable('blocks'))
    WHERE profile_type = getvariable('type') AND service = getvariable('service') AND time >= getvariable('since')
    GROUP BY fingerprint HAVING min(time) < max(time)),
  changes AS (
    SELECT block, partition, stacktrace_id,
           coalesce(sum(value) FILTER (WHERE time = first), 0) AS before, coalesce(sum(value) FILTER (WHERE time = last), 0) AS after
    FROM basalt_samples(getvariable('blocks')) JOIN ends USING (fingerprint)
    WHERE time IN (first, last)
    GROUP BY ALL),
  sites AS (
    FROM basalt_frames(getvariable('blocks'), getvariable('type'), matching := service = getvariable('service') AND time >= getvariable('since'))
    WHERE depth = 0 AND place = 1)
SELECT name, file, line, sum(before)::BIGINT AS bytes_before, sum(after)::BIGINT AS bytes_after, (sum(after) - sum(before))::BIGINT AS growth
FROM changes JOIN sites USING (block, partition, stacktrace_id)
GROUP BY name, file, line
ORDER BY growth DESC, name, file, line;
