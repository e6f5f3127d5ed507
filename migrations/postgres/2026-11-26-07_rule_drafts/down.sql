DROP INDEX rounds_by_rule_set;
DROP TABLE rule_drafts;
