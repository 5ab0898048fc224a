using Doseline.Platform.Audit;
using Doseline.Platform.Hosting;
using Doseline.Platform.Tests.Audit;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Doseline.Platform.Tests.Data;

/// <summary>The database role a service runs as may work and may not alter what is written once: told by the database itself, asked as that role.</summary>
public sealed class ServiceRoleTests
{
    [Theory]
    [Requirement("A095")]
    [InlineData("UPDATE audit SET actor = 'x'")]
    [InlineData("DELETE FROM audit")]
    [InlineData("TRUNCATE audit")]
    [InlineData("UPDATE audit_leaves SET seq = 0")]
    [InlineData("DELETE FROM audit_leaves")]
    [InlineData("DELETE FROM audit_nodes")]
    [InlineData("UPDATE audit_heads SET time = 0")]
    [InlineData("DELETE FROM audit_heads")]
    [InlineData("DELETE FROM signatures")]
    [InlineData("DELETE FROM things")]
    [InlineData("DELETE FROM legal_holds")]
    [InlineData("UPDATE schema_scripts SET checksum = 'x'")]
    [InlineData("DROP TRIGGER audit_append_only ON audit")]
    [InlineData("ALTER TABLE audit DISABLE TRIGGER ALL")]
    [InlineData("ALTER TABLE audit DROP COLUMN actor")]
    [InlineData("DROP TABLE audit")]
    [InlineData("CREATE TABLE other (id BIGINT)")]
    public async Task On_postgresql_it_has_no_right_to(string sql)
    {
        if (!TestDatabase.UsesPostgres) return;
        await using var role = await ServiceRole.CreateAsync();
        await using var host = await role.StartAsync();
        await host.ChangeAsync("a", 2);
        (await host.SealAsync()).TreeSize.ShouldBe(2);
        await host.InAsync<OrdersDb>(async db =>
        {
            var refused = await Should.ThrowAsync<PostgresException>(() => db.Database.ExecuteSqlRawAsync(sql));
            refused.SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege, refused.Message);
        });
        (await host.InAsync<OrdersDb, List<AuditFinding>>(async db => await AuditVerifier.VerifyAsync(db).ToListAsync())).ShouldBeEmpty();
        // A service that starts again as that role, without the owner's connection, finds nothing to apply and goes on.
        await PlatformHost.ApplySchemasAsync(host.Services);
    }

    [Theory]
    [Requirement("A095")]
    [InlineData("audit")]
    [InlineData("audit_leaves")]
    [InlineData("audit_nodes")]
    [InlineData("audit_heads")]
    public async Task Tables_that_are_written_once_refuse_changes_and_deletions_by_anyone(string table)
    {
        await using var host = await StageHost.StartAsync();
        await host.ChangeAsync("a", 300);
        await host.SealAsync();
        await host.InAsync<OrdersDb>(async db =>
        {
#pragma warning disable EF1002 // The names are those of the lines above.
            var column = table switch { "audit" => "actor", "audit_leaves" => "seq", "audit_nodes" => "level", _ => "time" };
            (await Should.ThrowAsync<System.Data.Common.DbException>(() => db.Database.ExecuteSqlRawAsync($"UPDATE {table} SET {column} = {column}"))).Message.ShouldContain("append-only");
            (await Should.ThrowAsync<System.Data.Common.DbException>(() => db.Database.ExecuteSqlRawAsync($"DELETE FROM {table}"))).Message.ShouldContain("append-only");
#pragma warning restore EF1002
        });
    }
}

/// <summary>An owner of the schema and a role of the service, on databases of their own.</summary>
sealed class ServiceRole : IAsyncDisposable
{
    readonly string name = $"t_service_{Guid.NewGuid():N}";
    readonly TestDatabase database;

    ServiceRole(TestDatabase database) => this.database = database;

    public static async Task<ServiceRole> CreateAsync()
    {
        ServiceRole role = new(await TestDatabase.CreateAsync(postgres: true, empty: true));
        await RunAsync($"CREATE ROLE {role.name} LOGIN");
        return role;
    }

    /// <summary>Applies the schema as the owner, then starts the services as the role.</summary>
    public async Task<StageHost> StartAsync()
    {
        foreach (var service in new[] { "orders", "execution" })
        {
            var owner = database.Settings[$"ConnectionStrings:{service}"];
            database.Settings[$"ConnectionStrings:{service}-owner"] = owner;
            database.Settings[$"ConnectionStrings:{service}"] = new NpgsqlConnectionStringBuilder(owner) { Username = name }.ToString();
        }

        await using (await StageHost.OnAsync(database)) { }
        database.Settings.Remove("ConnectionStrings:orders-owner");
        database.Settings.Remove("ConnectionStrings:execution-owner");
        return await StageHost.OnAsync(database);
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        await RunAsync($"DROP ROLE {name}");
    }

    static async Task RunAsync(string sql)
    {
        await using NpgsqlConnection server = new(Environment.GetEnvironmentVariable("DOSELINE_TEST_POSTGRES"));
        await server.OpenAsync();
        await using NpgsqlCommand command = new(sql, server);
        await command.ExecuteNonQueryAsync();
    }
}
