ALTER TABLE shortages DROP COLUMN recorded;
