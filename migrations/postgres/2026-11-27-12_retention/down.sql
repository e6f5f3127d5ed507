DROP INDEX returns_by_hospital_day;
DROP INDEX receipts_by_hospital_day;
DROP TABLE assessments;
DROP TABLE retention_sheets;
DROP TABLE retention_purchases;
DROP TABLE retention_lines;
DROP TABLE retention_bases;
DROP TABLE retention_plans;
