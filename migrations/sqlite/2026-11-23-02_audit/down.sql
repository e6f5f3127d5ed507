DROP TABLE counters;
DROP TABLE audit_entries;
