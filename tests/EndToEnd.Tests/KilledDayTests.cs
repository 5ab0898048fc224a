using System.Globalization;
using Doseline.Testing;

namespace Doseline.EndToEnd.Tests;

public sealed class KilledDayTests
{
    const int Kills = 3;

    [Fact]
    [Requirement("A040", "A057", "A054")]
    public async Task A_day_killed_at_random_points_and_continued_ends_as_an_undisturbed_one()
    {
        var seed = Environment.TickCount;
        Random random = new(seed);
        var folder = Directory.CreateTempSubdirectory("doseline-killed-").FullName;
        try
        {
            var calm = Path.Combine(folder, "calm.json");
            var clock = System.Diagnostics.Stopwatch.StartNew();
            var (calmCode, calmOutput) = await SampleDay.PlayAsync(SampleDay.Folder, "--json", calm);
            calmCode.ShouldBe(0, calmOutput);
            var whole = clock.Elapsed;

            var data = Path.Combine(folder, "data");
            for (var kill = 0; kill < Kills; kill++) await KillAfterAsync(whole * (0.15 + (0.6 * random.NextDouble())), data);
            var killed = Path.Combine(folder, "killed.json");
            var (code, output) = await SampleDay.PlayAsync(SampleDay.Folder, "--data", data, "--json", killed);

            code.ShouldBe(0, $"seed {seed.ToString(CultureInfo.InvariantCulture)}\n{output}");
            SampleDay.WithoutIds(await File.ReadAllTextAsync(killed)).ShouldBe(SampleDay.WithoutIds(await File.ReadAllTextAsync(calm)), $"seed {seed.ToString(CultureInfo.InvariantCulture)}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // SIGKILL: no handler runs, no buffer is flushed.
    static async Task KillAfterAsync(TimeSpan time, string data)
    {
        using var process = SampleDay.Start("day", SampleDay.Folder, "--data", data);
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource wait = new(time);
        try
        {
            await process.WaitForExitAsync(wait.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }
}
