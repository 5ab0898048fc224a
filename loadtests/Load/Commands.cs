using System.CommandLine;
using System.Text.Json;
using Doseline.Load.Report;
using Doseline.Load.Stage;

namespace Doseline.Load;

/// <summary>The command line: measure two builds beside each other, and write the report of what was measured.</summary>
static class Commands
{
    public static RootCommand Root() => new("Measures the whole platform on this machine: the build before a change beside the build after it.") { Compare(), Report() };

    static Command Compare()
    {
        Option<string> before = new("--base") { Description = "Doseline.Local.dll as it was.", Required = true }, now = new("--now") { Description = "Doseline.Local.dll as it is.", Required = true };
        Option<string> beforeCommit = new("--base-commit") { Description = "What the base was built from.", Required = true }, nowCommit = new("--now-commit") { Description = "What the other was built from.", Required = true };
        Option<string> host = new("--postgres") { Description = "Folder of the socket of a PostgreSQL of its own.", Required = true };
        Option<int> pid = new("--postgres-pid") { Description = "Its first process.", Required = true };
        Option<string> programs = new("--postgres-programs") { Description = "Folder of its programs.", Required = true };
        Option<string> scripts = new("--scripts") { Description = "Folder of the yardstick's scripts.", DefaultValueFactory = _ => "loadtests" };
        Option<string> length = new("--length") { Description = "How long: whole, short, or tiny for trying the measuring itself.", DefaultValueFactory = _ => "whole" };
        length.AcceptOnlyFromAmong([.. Sizes.Named.Keys]);
        Option<string[]> stores = new("--on") { Description = "Databases.", DefaultValueFactory = _ => [PostgresStore.Called, SqliteStore.Called], AllowMultipleArgumentsPerToken = true };
        stores.AcceptOnlyFromAmong(PostgresStore.Called, SqliteStore.Called);
        Option<int> grow = new("--grow") { Description = "Past orders of a third platform whose databases have grown, on PostgreSQL; 0 leaves it out." };
        Option<long> audit = new("--grow-audit") { Description = "Its audit rows." };
        Option<int> dormant = new("--grow-dormant") { Description = "Its dormant doses." };
        Option<string> work = new("--work") { Description = "Folder for databases and logs.", Required = true };
        Option<FileInfo> output = new("--out") { Description = "Writes what was measured to this JSON file.", Required = true };
        Command command = new("compare", "Measures both builds, turn by turn.") { before, beforeCommit, now, nowCommit, host, pid, programs, scripts, length, stores, grow, audit, dormant, work, output };
        command.SetAction(async (parsed, cancel) =>
        {
            Run run = new()
            {
                Base = new Build("base", parsed.GetValue(before)!, parsed.GetValue(beforeCommit)!),
                Now = new Build("now", parsed.GetValue(now)!, parsed.GetValue(nowCommit)!),
                PostgresHost = parsed.GetValue(host)!,
                PostgresPid = parsed.GetValue(pid),
                PostgresPrograms = parsed.GetValue(programs)!,
                Scripts = parsed.GetValue(scripts)!,
                Length = parsed.GetValue(length)!,
                Stores = parsed.GetValue(stores)!,
                Grown = new Growth(parsed.GetValue(grow), parsed.GetValue(audit), parsed.GetValue(dormant)),
                Folder = parsed.GetValue(work)!,
            };
            try
            {
                await run.PlayAsync(cancel);
                return 0;
            }
            catch (LoadException cannot)
            {
                await Console.Error.WriteLineAsync(cannot.Message);
                return 2;
            }
            finally
            {
                // An hour's figures are not lost with what comes after them.
                await File.WriteAllTextAsync(parsed.GetValue(output)!.FullName, JsonSerializer.Serialize(run.Measured(), Results.Json), CancellationToken.None);
            }
        });
        return command;
    }

    static Command Report()
    {
        Option<FileInfo> input = new("--in") { Description = "What compare measured.", Required = true };
        Option<FileInfo?> starts = new("--starts") { Description = "What startup.sh measured." };
        Option<FileInfo> markdown = new("--markdown") { Description = "Writes the report to this file.", Required = true };
        Command command = new("report", "Writes the report of what was measured.") { input, starts, markdown };
        command.SetAction(async (parsed, cancel) =>
        {
            var results = JsonSerializer.Deserialize<Results>(await File.ReadAllTextAsync(parsed.GetValue(input)!.FullName, cancel), Results.Json)!;
            if (parsed.GetValue(starts) is { } file) results = results with { Starts = Start.Read(await File.ReadAllLinesAsync(file.FullName, cancel)) };
            await File.WriteAllTextAsync(parsed.GetValue(markdown)!.FullName, MarkdownReport.Write(results), cancel);
        });
        return command;
    }
}
