-- Which pods were the busiest in each minute, and how many cores did they use?
SET VARIABLE blocks = 'data/bucket/anonymous/blocks/*';
SET VARIABLE since = now() - INTERVAL 1 HOUR;
SET VARIABLE rows_each = 3;

SELECT date_trunc('minute', time) AS minute, service, labels['pod'] AS pod, sum(total)::BIGINT AS nanoseconds, sum(total) / 60e9 AS cores
FROM basalt_profiles(getvariable('blocks'))
WHERE profile_type = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds' AND time >= getvariable('since')
GROUP BY minute, service, pod
QUALIFY row_number() OVER (PARTITION BY minute ORDER BY nanoseconds DESC, service, pod) <= getvariable('rows_each')
ORDER BY minute, nanoseconds DESC, service, pod;
