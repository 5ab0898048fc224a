using System.Globalization;
using System.Text.RegularExpressions;
using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Local.Simulation;
using Doseline.Testing;
using Microsoft.Extensions.Logging;

namespace Doseline.Cluster.Tests.Rendered;

/// <summary>What people have entered into an installation before: themselves, its master data, and a run that is to come, of the sample day moved by whole weeks.</summary>
/// <param name="Order">An order that the run has room for.</param>
/// <param name="Passwords">Passwords of its people.</param>
sealed partial record UsedInstallation(OrderInput Order, DayPasswords Passwords)
{
    /// <summary>Enters it into databases, with the keys that the services have.</summary>
    public static async Task<UsedInstallation> EnterAsync(RenderedPlatform platform)
    {
        var input = DayFiles.Read(Moved(platform.Databases.Folder)).Only(["R001"], ["psma-1"]);
        // Entered a while ago; what has a term is in force by now.
        var then = DateTimeOffset.UtcNow - TimeSpan.FromMinutes(10);
        input = input with { Prices = [.. input.Prices.Select(p => p with { Effective = then + TimeSpan.FromMinutes(5) })] };
        Dictionary<string, string> settings = new(platform.Databases.Settings) { ["Keys:Directory"] = platform.Keys.FolderOf([.. platform.Deployments.Values]), ["POD_NAME"] = "before" };
        DayPasswords passwords = new(Path.Combine(platform.Databases.Folder, "people.json"));
        await using var before = await SimulatedPlatform.StartAsync(then, settings, builder => builder.Logging.ClearProviders());
        DayKeys keys = new(input.Seed);
        using DayPeople people = new(before, keys, passwords);
        await people.EnterAsync();
        DaySetup setup = new(input, people, keys);
        await setup.EnterAsync();
        await before.SettleAsync();
        await setup.PlanRunsAsync();
        await before.SettleAsync();
        return new UsedInstallation(input.Orders.Single(), passwords);
    }

    // The sample's files with every date moved to where its run is yet to come; whole weeks, for carriers keep to days of the week.
    static string Moved(string folder)
    {
        var sample = Repository.At("samples", "day");
        DateTimeOffset run = new(2026, 11, 23, 15, 30, 0, TimeSpan.Zero);
        var weeks = (int)Math.Ceiling((DateTimeOffset.UtcNow + TimeSpan.FromHours(14) - run) / TimeSpan.FromDays(7));
        var moved = Directory.CreateDirectory(Path.Combine(folder, "sample")).FullName;
        foreach (var file in Directory.EnumerateFiles(sample, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(moved, Path.GetRelativePath(sample, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.WriteAllText(to, Day().Replace(File.ReadAllText(file), d =>
                DateOnly.ParseExact(d.Value, "yyyy-MM-dd", CultureInfo.InvariantCulture).AddDays(7 * weeks).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        }

        return moved;
    }

    [GeneratedRegex("20[0-9]{2}-[01][0-9]-[0-3][0-9]")]
    private static partial Regex Day();
}
