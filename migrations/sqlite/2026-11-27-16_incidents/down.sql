DROP TABLE incident_runs;
DROP TABLE incidents;
