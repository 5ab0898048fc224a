using Doseline.Platform.Data;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.EndToEnd.Tests.Stories;

/// <summary>A dose and its batch have one id each, and it is the same wherever something is kept about them.</summary>
public sealed class IdentifierStory
{
    [Fact]
    [Requirement("A055")]
    public async Task A_dose_and_a_batch_have_the_same_id_in_every_service_and_nobody_has_another()
    {
        await using var story = await Story.BeginAsync(Story.Products[0]);
        await story.MakeAsync();
        await story.ReleaseAsync();
        await story.PackAsync();
        await story.ShipAsync();
        await story.DeliverAsync();

        (await KeepersAsync(story, "dose", story.DoseId)).ShouldBe(["execution", "inventory", "labeling", "orders", "quality", "shipping"], ignoreOrder: true);
        (await KeepersAsync(story, "batch", story.BatchId)).ShouldBe(["execution", "inventory", "labeling", "orders", "quality", "shipping", "waste"], ignoreOrder: true);
    }

    // Services that keep the id of such a thing, after a look that none keeps any other. Its owner has it as the key of its own table.
    static async Task<List<string>> KeepersAsync(Story story, string thing, string id)
    {
        List<string> keepers = [];
        await using var scope = story.Platform.Host.Services.CreateAsyncScope();
        var databases = scope.ServiceProvider.GetRequiredService<DatabaseTable>();
        foreach (var service in databases.Services)
        {
            var db = databases.Of(service, scope.ServiceProvider);
            List<string> values = [];
            var columns =
                from entity in db.Model.GetEntityTypes()
                from property in entity.GetProperties()
                let table = entity.GetTableName()!
                let column = property.GetColumnName()
                where column == $"{thing}_id" || (column == "id" && (table == $"{thing}s" || table == $"{thing}es"))
                select (table, column);
            foreach (var (table, column) in columns.ToList())
            {
                var sql = $"SELECT DISTINCT {column} AS \"Value\" FROM {table} WHERE {column} IS NOT NULL AND {column} <> ''";
                values.AddRange(await db.Database.SqlQueryRaw<string>(sql).ToListAsync());
            }

            values.Except([id], StringComparer.Ordinal).ShouldBeEmpty($"{thing} in {service}");
            if (values is not []) keepers.Add(service);
        }

        return keepers;
    }
}
