DROP TABLE demand_lines;
DROP TABLE demand_reports;
DROP TABLE amendments;
DROP TABLE approvals;
DROP TABLE lots;
DROP TABLE round_regions;
DROP TABLE rounds;
DROP TABLE rule_sets;
