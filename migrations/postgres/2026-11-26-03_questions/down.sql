DROP TABLE replies;
DROP TABLE questions;
DROP TABLE entitlements;
