DROP TABLE workdays;
