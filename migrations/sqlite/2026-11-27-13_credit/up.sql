CREATE INDEX credit_facts_by_day ON credit_facts (day, id);
CREATE INDEX credit_facts_by_kind ON credit_facts (kind, day, id);
