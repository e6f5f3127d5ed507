DROP TABLE bounces;
DROP TABLE alerts;
DROP TABLE subscriptions;
DROP TABLE finding_changes;
