-- Makes the database of one service and its two roles: the owner, which the schema job is, and the service's own, which reads and writes rows
-- but owns nothing, so that it cannot take a trigger off an append-only table.
--
--   psql -v service=orders -v password=… -v owner_password=… -f charts/databases.sql     as a role that may create roles and databases
\set ON_ERROR_STOP on
\set database 'doseline_' :service
\set owner 'doseline_' :service '_owner'
\set role 'doseline_' :service

CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password';
CREATE ROLE :"role" LOGIN PASSWORD :'password';
GRANT :"owner" TO CURRENT_USER;
CREATE DATABASE :"database" OWNER :"owner" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"role", :"owner";

\connect :"database"
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO :"owner";
GRANT USAGE ON SCHEMA public TO :"role";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"role";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE ON SEQUENCES TO :"role";
