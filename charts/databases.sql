-- Makes the database of one service and its two roles: the owner, which the schema job is, and the service's own, which reads and writes rows
-- but owns nothing, so that it cannot take a trigger off an append-only table. What is there already is left as it is, with the passwords given
-- now; so it may be run again, also to change passwords. charts/databases.sh runs it for every service.
--
--   psql -v service=orders -v password=… -v owner_password=… -f charts/databases.sql     as a role that may create roles and databases
\set ON_ERROR_STOP on
\set database 'doseline_' :service
\set owner 'doseline_' :service '_owner'
\set role 'doseline_' :service

SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY[:'owner', :'role']) AS name WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE :"owner" LOGIN PASSWORD :'owner_password';
ALTER ROLE :"role" LOGIN PASSWORD :'password';
SELECT format('GRANT %I TO CURRENT_USER', :'owner') WHERE NOT pg_has_role(CURRENT_USER, :'owner', 'MEMBER') \gexec
SELECT format('CREATE DATABASE %I OWNER %I ENCODING ''UTF8'' TEMPLATE template0', :'database', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"role", :"owner";

\connect :"database"
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO :"owner";
GRANT USAGE ON SCHEMA public TO :"role";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"role";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE ON SEQUENCES TO :"role";
