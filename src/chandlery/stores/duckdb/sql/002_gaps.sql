-- What sources said they have not seen; without an end while nothing is seen again.
CREATE TABLE gaps (
    market INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    start_s BIGINT NOT NULL,
    end_s BIGINT,
    reason VARCHAR NOT NULL,
    state VARCHAR NOT NULL
);
