-- Which services take the most room, and which of their labels have the most values?
-- A block keeps all services in the same files: each is given a share of the bytes by its samples.
SET VARIABLE blocks = 'data/bucket/anonymous/blocks/*';

WITH
  shares AS (
    SELECT unnest((meta->'$.partitions.service')::VARCHAR[]) AS service, bytes,
           unnest((meta->'$.partitions.samples')::BIGINT[]) AS samples, samples AS samples_of_block
    FROM basalt_blocks(getvariable('blocks'))),
  sizes AS (
    SELECT service, sum(shares.samples)::BIGINT AS samples, sum(bytes * (shares.samples / samples_of_block)) AS bytes
    FROM shares GROUP BY service),
  pairs AS (
    SELECT service, fingerprint, unnest(map_keys(labels)) AS label, unnest(map_values(labels)) AS value
    FROM basalt_series(getvariable('blocks')))
SELECT service, round(any_value(bytes))::BIGINT AS bytes, any_value(samples) AS samples, label,
       count(DISTINCT value) AS label_values, count(DISTINCT fingerprint) AS series
FROM pairs JOIN sizes USING (service)
WHERE NOT starts_with(label, '__')
GROUP BY service, label
ORDER BY bytes DESC, service, label_values DESC, label;
