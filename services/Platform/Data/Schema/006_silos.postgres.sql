-- Members of the cluster of silos of one service. Orleans' AdoNet clustering asks nine queries by key, with these parameters and result columns; the tables are ours.
-- Every change of the members takes the cluster's version one further, in the same statement: of two silos that saw one version, one succeeds.
CREATE TABLE silo_clusters
(
    deployment text PRIMARY KEY,
    version integer NOT NULL DEFAULT 0
);

CREATE TABLE silos
(
    deployment text NOT NULL REFERENCES silo_clusters,
    address text NOT NULL,
    port integer NOT NULL,
    generation integer NOT NULL,
    name text NOT NULL,
    host text NOT NULL,
    status integer NOT NULL,
    proxy_port integer,
    suspects text,
    start_time timestamptz NOT NULL,
    alive_time timestamptz NOT NULL,
    PRIMARY KEY (deployment, address, port, generation)
);

-- The name and columns of this table are Orleans' own.
CREATE TABLE orleansquery
(
    querykey text PRIMARY KEY,
    querytext text NOT NULL
);

INSERT INTO orleansquery (querykey, querytext) VALUES
('InsertMembershipVersionKey', '
    WITH made AS (INSERT INTO silo_clusters (deployment) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*)::int FROM made'),
('InsertMembershipKey', '
    WITH turn AS
    (
        UPDATE silo_clusters c SET version = version + 1
        WHERE deployment = @DeploymentId AND version = @Version
          AND NOT EXISTS (SELECT FROM silos s WHERE s.deployment = c.deployment AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING deployment
    ),
    made AS
    (
        INSERT INTO silos (deployment, address, port, generation, name, host, status, proxy_port, start_time, alive_time)
        SELECT deployment, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM turn
        RETURNING 1
    )
    SELECT count(*)::int FROM made'),
('UpdateMembershipKey', '
    WITH turn AS
    (
        UPDATE silo_clusters c SET version = version + 1
        WHERE deployment = @DeploymentId AND version = @Version
          AND EXISTS (SELECT FROM silos s WHERE s.deployment = c.deployment AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING deployment
    ),
    changed AS
    (
        UPDATE silos s SET status = @Status, suspects = @SuspectTimes, alive_time = @IAmAliveTime
        FROM turn WHERE s.deployment = turn.deployment AND address = @Address AND port = @Port AND generation = @Generation
        RETURNING 1
    )
    SELECT count(*)::int FROM changed'),
('UpdateIAmAlivetimeKey', '
    UPDATE silos SET alive_time = @IAmAliveTime
    WHERE deployment = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation'),
('MembershipReadRowKey', '
    SELECT c.deployment AS DeploymentId, address AS Address, port AS Port, generation AS Generation, name AS SiloName, host AS HostName, status AS Status,
           proxy_port AS ProxyPort, suspects AS SuspectTimes, start_time AS StartTime, alive_time AS IAmAliveTime, version AS Version
    FROM silo_clusters c LEFT JOIN silos s ON s.deployment = c.deployment AND address = @Address AND port = @Port AND generation = @Generation
    WHERE c.deployment = @DeploymentId'),
('MembershipReadAllKey', '
    SELECT c.deployment AS DeploymentId, address AS Address, port AS Port, generation AS Generation, name AS SiloName, host AS HostName, status AS Status,
           proxy_port AS ProxyPort, suspects AS SuspectTimes, start_time AS StartTime, alive_time AS IAmAliveTime, version AS Version
    FROM silo_clusters c LEFT JOIN silos s ON s.deployment = c.deployment
    WHERE c.deployment = @DeploymentId'),
('DeleteMembershipTableEntriesKey', '
    WITH gone AS (DELETE FROM silos WHERE deployment = @DeploymentId)
    DELETE FROM silo_clusters WHERE deployment = @DeploymentId'),
('GatewaysQueryKey', '
    SELECT address AS Address, proxy_port AS ProxyPort, generation AS Generation FROM silos
    WHERE deployment = @DeploymentId AND status = @Status AND proxy_port > 0'),
-- 3 is Orleans' SiloStatus.Active.
('CleanupDefunctSiloEntriesKey', '
    DELETE FROM silos WHERE deployment = @DeploymentId AND alive_time < @IAmAliveTime AND status <> 3');
