-- Run once, when the volume of PostgreSQL is empty: a database for Prefect beside ours.
CREATE DATABASE prefect;
\connect prefect
CREATE EXTENSION IF NOT EXISTS pg_trgm;
