DROP TABLE prepayment_entries;
DROP TABLE prepayment_grants;
DROP TABLE prepayments;
DROP TABLE bank_accounts;
