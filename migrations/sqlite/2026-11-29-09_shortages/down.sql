DROP TABLE shortage_steps;
DROP TABLE shortages;
DROP INDEX contracts_by_lot;
DROP INDEX order_lines_by_generic_day;
DROP TABLE shortage_counts;
DROP TABLE stock_reports;
DROP TABLE shortage_entries;
