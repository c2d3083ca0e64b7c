-- What do the functions of one service cost, by themselves and with all that they call?
-- This is the table beside the flame graph: a function that calls itself counts once a stack.
SET VARIABLE blocks = 'data/bucket/anonymous/blocks/*';
SET VARIABLE service = 'shop';
SET VARIABLE type = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
SET VARIABLE since = now() - INTERVAL 1 HOUR;

SELECT name, file, self, total
FROM basalt_top_functions(getvariable('blocks'), getvariable('type'), matching := service = getvariable('service') AND time >= getvariable('since'))
ORDER BY self DESC, name, file;
