DROP TABLE direct_hospitals;
DROP TABLE agreed_volumes;
DROP TABLE credit_facts;
DROP TABLE term_values;
