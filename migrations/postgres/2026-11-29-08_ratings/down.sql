DROP TABLE barred_offers;
DROP TABLE rating_steps;
DROP TABLE rating_conducts;
DROP TABLE ratings;
DROP TABLE conduct_facts;
DROP TABLE conduct_products;
DROP TABLE conducts;
