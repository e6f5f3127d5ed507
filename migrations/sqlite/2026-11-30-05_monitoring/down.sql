ALTER TABLE price_files DROP COLUMN refused;
DROP TABLE refused_listings;
DROP TABLE monitoring_exclusions;
DROP TABLE monitoring_trials;
DROP TABLE monitoring_drafts;
DROP TABLE monitoring_rules;
