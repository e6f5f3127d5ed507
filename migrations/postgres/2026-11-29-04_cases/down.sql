DROP INDEX findings_without_case;
DROP TABLE suspensions;
DROP TABLE case_events;
DROP TABLE case_replies;
DROP TABLE case_steps;
DROP TABLE cases;
