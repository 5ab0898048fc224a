using System.Globalization;
using Doseline.Testing;
using Microsoft.Data.Sqlite;
using Xunit.Abstractions;

namespace Doseline.EndToEnd.Tests;

/// <summary>The day in a process that dies.</summary>
/// <remarks><c>DOSELINE_KILLS</c> says how often the day is killed.</remarks>
public sealed class KilledDayTests(ITestOutputHelper log)
{
    const int KillsDefault = 1;
    const UnixFileMode OthersMay = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    // What the day prints while it is played: one line a simulated hour.
    const int HoursPrinted = 18;

    [Fact]
    [Requirement("A040", "A054", "A057")]
    public async Task A_day_killed_at_random_points_and_continued_ends_as_an_undisturbed_one()
    {
        var seed = Chance.Seed;
        var kills = Chance.Number("DOSELINE_KILLS", KillsDefault);
        Random random = new(seed);
        using var day = SmallerDay();
        var calm = Path.Combine(day.Path, "calm.json");
        var killed = Path.Combine(day.Path, "killed.json");
        var data = Path.Combine(day.Path, "data");

        var (calmCode, calmOutput) = await SampleDay.PlayAsync(day.Path, "--json", calm);
        calmCode.ShouldBe(0, calmOutput);
        List<string> points = [];
        for (var kill = 0; kill < kills; kill++)
        {
            // Each part of the day is hit once: a day that goes on prints the hours it has behind it again.
            var hour = 1 + (int)((kill + random.NextDouble()) * HoursPrinted / kills);
            var later = TimeSpan.FromMilliseconds(random.Next(400));
            points.Add(await KillAsync(day.Path, data, hour, later));
        }

        var told = $"seed {seed.ToString(CultureInfo.InvariantCulture)}: killed {string.Join("; ", points)}";
        log.WriteLine(told);
        var (code, output) = await SampleDay.PlayAsync(day.Path, "--data", data, "--json", killed);

        code.ShouldBe(0, $"{told}\n{output}");
        DayReports.Differences(await File.ReadAllTextAsync(calm), await File.ReadAllTextAsync(killed)).ShouldBeEmpty(told);
        Directory.EnumerateFiles(data, "*.db").ShouldNotBeEmpty();
        foreach (var file in Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories))
            if (!OperatingSystem.IsWindows()) (File.GetUnixFileMode(file) & OthersMay).ShouldBe(UnixFileMode.None, $"{file}: what the platform keeps is for its own user alone");
    }

    // A refused receipt, a refused order, a batch out of specification, a carrier's refusal and a dose that expires are still in it.
    static FolderCopy SmallerDay()
    {
        FolderCopy day = new(SampleDay.Folder);
        day.Keep("orders.csv", "R001", "R023", "R048", "R053", "R062");
        day.Keep("runs.csv", "psma-2", "dota-1", "psma-3");
        return day;
    }

    // SIGKILL: no handler runs, no buffer is flushed.
    static async Task<string> KillAsync(string folder, string data, int hour, TimeSpan later)
    {
        using var process = SampleDay.Start("play", folder, "--data", data);
        var errors = process.StandardError.ReadToEndAsync();
        var last = "before the first hour";
        using CancellationTokenSource limit = new(SampleDay.PlayingTimeMax);
        try
        {
            for (var printed = 0; printed < hour && await process.StandardOutput.ReadLineAsync(limit.Token) is { } line; printed++) last = line.Trim();
        }
        catch (OperationCanceledException late)
        {
            process.Kill();
            throw new TimeoutException($"Nothing was said for long after '{last}': {await errors}", late);
        }

        _ = process.StandardOutput.ReadToEndAsync();
        using CancellationTokenSource wait = new(later);
        try
        {
            await process.WaitForExitAsync(wait.Token);
            process.ExitCode.ShouldBe(0, await errors);
            return "not at all, it was done";
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync();
            await RenewClaimsAsync(data);
            return $"{later.TotalMilliseconds:0} ms after '{last}'";
        }
    }

    // The worst instant to die: whatever the process had claimed for itself, it had claimed just then.
    static async Task RenewClaimsAsync(string data)
    {
        foreach (var database in Directory.EnumerateFiles(data, "*.db"))
        {
            await using SqliteConnection connection = new($"Data Source={database};Pooling=False");
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE leases SET until_time = until_time + $more";
            command.Parameters.AddWithValue("$more", TimeSpan.FromHours(3).Ticks);
            await command.ExecuteNonQueryAsync();
        }
    }
}
