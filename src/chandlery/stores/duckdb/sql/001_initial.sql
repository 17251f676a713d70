-- No primary keys on trades or candles: an index is written again at every checkpoint.
CREATE TABLE trades (
    market INTEGER NOT NULL,
    time BIGINT NOT NULL,
    price DOUBLE NOT NULL,
    size DOUBLE NOT NULL,
    side TINYINT NOT NULL,
    sequence BIGINT NOT NULL,
    id BIGINT NOT NULL
);
CREATE TABLE markets (number INTEGER NOT NULL, symbol VARCHAR NOT NULL, document VARCHAR NOT NULL);
CREATE TABLE series (
    resolution VARCHAR NOT NULL,
    is_rung BOOLEAN NOT NULL,
    frontier BIGINT NOT NULL,
    kept_from BIGINT NOT NULL
);
CREATE TABLE marks (
    key BIGINT NOT NULL,
    market INTEGER NOT NULL,
    rung VARCHAR NOT NULL,
    start_s BIGINT NOT NULL,
    end_s BIGINT NOT NULL
);
CREATE TABLE positions (source VARCHAR NOT NULL, position VARCHAR NOT NULL);
CREATE TABLE coverage (
    market INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    start_s BIGINT NOT NULL,
    end_s BIGINT NOT NULL
);
-- Stretches of a table that are not yet one (market, time) run.
CREATE TABLE loose (name VARCHAR NOT NULL, start_s BIGINT NOT NULL, end_s BIGINT NOT NULL);
CREATE TABLE leases (lease VARCHAR NOT NULL, owner VARCHAR NOT NULL, until_s BIGINT NOT NULL);
CREATE TABLE notes (kind VARCHAR NOT NULL, name VARCHAR NOT NULL, text VARCHAR NOT NULL);
