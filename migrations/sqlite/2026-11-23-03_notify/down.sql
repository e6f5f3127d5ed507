DROP TABLE documents;
DROP TABLE job_runs;
DROP TABLE jobs;
DROP TABLE mails;
