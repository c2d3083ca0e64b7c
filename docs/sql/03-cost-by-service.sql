-- What does the CPU of each service cost, at a price per core-second?
-- The default price is 0.03 an hour. Profiles are read by their totals alone: this is fast over any range.
SET VARIABLE blocks = 'data/bucket/anonymous/blocks/*';
SET VARIABLE since = now() - INTERVAL 7 DAYS;
SET VARIABLE price_per_core_second = 0.03 / 3600;

SELECT service, sum(total)::BIGINT AS nanoseconds, sum(total) / 1e9 AS core_seconds,
       sum(total) / 1e9 * getvariable('price_per_core_second') AS cost
FROM basalt_profiles(getvariable('blocks'))
WHERE profile_type = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds' AND time >= getvariable('since')
GROUP BY service
ORDER BY nanoseconds DESC, service;
