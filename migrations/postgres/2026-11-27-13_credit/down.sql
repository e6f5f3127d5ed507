DROP INDEX credit_facts_by_kind;
DROP INDEX credit_facts_by_day;
