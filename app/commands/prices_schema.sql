-- The database of one price list. A product is a medicine; a price is one of its packages.
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE product (id INTEGER PRIMARY KEY, ingredients TEXT, strengths TEXT, form TEXT, route TEXT, release TEXT, brand TEXT);
CREATE INDEX product_ingredients ON product (ingredients);
CREATE TABLE price (ndc TEXT PRIMARY KEY, description TEXT, kind TEXT, per_unit TEXT, unit TEXT, effective TEXT, generic_per_unit TEXT, product INTEGER REFERENCES product) WITHOUT ROWID;
CREATE INDEX price_product ON price (product);
