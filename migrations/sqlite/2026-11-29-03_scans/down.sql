DROP INDEX findings_by_rule;
DROP TABLE scan_rules;
DROP TABLE scan_inputs;
DROP TABLE scan_changes;
DROP TABLE scan_runs;
