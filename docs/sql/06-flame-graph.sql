-- What is the flame graph of a service, as folded stacks that flame graph tools read?
SET VARIABLE blocks = 'data/bucket/anonymous/blocks/*';
SET VARIABLE service = 'shop';
SET VARIABLE type = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
SET VARIABLE since = now() - INTERVAL 1 HOUR;

SELECT stack, value
FROM basalt_folded(getvariable('blocks'), getvariable('type'), matching := service = getvariable('service') AND time >= getvariable('since'))
ORDER BY stack;
