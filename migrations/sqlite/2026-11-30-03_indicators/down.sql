DROP TABLE indicator_readers;
DROP TABLE indicator_varieties;
DROP TABLE indicator_inputs;
DROP TABLE indicator_targets;
DROP TABLE indicator_references;
DROP TABLE indicator_months;
DROP TABLE indicator_counts;
DELETE FROM purchase_sums WHERE part IN ('drugs', 'high_value');
