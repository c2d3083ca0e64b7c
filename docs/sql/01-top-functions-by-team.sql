-- Which functions cost each team the most CPU in the last seven days?
-- `label` is the label that names the team. Share is of the team's CPU.
SET VARIABLE blocks = 'data/bucket/anonymous/blocks/*';
SET VARIABLE label = 'team';
SET VARIABLE since = now() - INTERVAL 7 DAYS;
SET VARIABLE rows_each = 10;

WITH
  functions AS (
    FROM basalt_top_functions(getvariable('blocks'), 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
      matching := time >= getvariable('since') AND labels[getvariable('label')] IS NOT NULL, per := labels[getvariable('label')])),
  teams AS (SELECT key, sum(self) AS nanoseconds FROM functions GROUP BY key)
SELECT key AS team, name, file, self, total, round(100 * total / nanoseconds, 2) AS percent
FROM functions JOIN teams USING (key)
QUALIFY row_number() OVER (PARTITION BY key ORDER BY total DESC, name, file) <= getvariable('rows_each')
ORDER BY team, total DESC, name, file;
