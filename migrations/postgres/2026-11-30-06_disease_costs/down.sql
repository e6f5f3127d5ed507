DROP INDEX lots_by_name_key;
DROP INDEX lots_by_name;
DROP TABLE disease_effect_lines;
DROP TABLE disease_effects;
DROP TABLE disease_items;
DROP TABLE disease_baskets;
