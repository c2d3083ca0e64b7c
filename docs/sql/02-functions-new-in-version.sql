-- Which functions run in a version of a service, but not in the one before?
SET VARIABLE blocks = 'data/bucket/anonymous/blocks/*';
SET VARIABLE service = 'shop';
SET VARIABLE label = 'version';
SET VARIABLE version_before = '1.0';
SET VARIABLE version_after = '1.1';

WITH functions AS (
  FROM basalt_top_functions(getvariable('blocks'), 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
    matching := service = getvariable('service'), per := labels[getvariable('label')]))
SELECT name, file, self, total
FROM functions
WHERE key = getvariable('version_after')
  AND (name, file) NOT IN (SELECT (name, file) FROM functions WHERE key = getvariable('version_before'))
ORDER BY total DESC, name, file;
