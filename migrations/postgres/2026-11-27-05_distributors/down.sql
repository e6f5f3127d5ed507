DROP TABLE distributor_assessments;
DROP TABLE distributor_choices;
DROP TABLE distributor_regions;
DROP TABLE distributors;
