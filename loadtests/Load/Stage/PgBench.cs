using System.Diagnostics;
using System.Globalization;
using Doseline.Load.Drive;
using Doseline.Load.Report;

namespace Doseline.Load.Stage;

/// <summary>pgbench on the same PostgreSQL, with the rows of one order as Orders wrote them: same columns, indexes and sizes, under new keys.</summary>
/// <param name="host">Folder of PostgreSQL's socket.</param>
/// <param name="pid">PostgreSQL's first process.</param>
/// <param name="programs">Folder of its programs.</param>
/// <param name="scripts">Folder of the yardstick's scripts.</param>
/// <param name="pattern">Database whose rows are taken.</param>
sealed class PgBench(string host, int pid, string programs, string scripts, string pattern)
{
    const string Database = "yardstick";

    /// <summary>Clients at a time for which it is run.</summary>
    public static IReadOnlyList<int> Clients { get; } = [1, 8, 16];

    /// <summary>Makes its database.</summary>
    public Task PrepareAsync(CancellationToken cancel) => ShellAsync(
        $"createdb {Database} && {programs}/pg_dump {pattern} | psql -q -X -v ON_ERROR_STOP=1 {Database} >/dev/null && psql -q -X -v ON_ERROR_STOP=1 -f {scripts}/yardstick.sql {Database}", cancel);

    /// <summary>Runs it for a while.</summary>
    public async Task<Yardstick> RunAsync(int clients, TimeSpan length, CancellationToken cancel)
    {
        var before = Processes.CpuSeconds(pid, withChildren: true);
        var printed = await ShellAsync(string.Create(CultureInfo.InvariantCulture, $"{programs}/pgbench -n -M prepared -f {scripts}/yardstick.pgbench -c {clients} -j {Math.Min(2, clients)} -T {length.TotalSeconds:0} {Database}"), cancel);
        return Yardstick.Parse(printed, Processes.CpuSeconds(pid, withChildren: true) - before);
    }

    async Task<string> ShellAsync(string command, CancellationToken cancel)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash")
        {
            ArgumentList = { "-euo", "pipefail", "-c", command }, Environment = { ["PGHOST"] = host, ["PGUSER"] = "doseline" }, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        })!;
        var (printed, faults) = (shell.StandardOutput.ReadToEndAsync(cancel), shell.StandardError.ReadToEndAsync(cancel));
        await shell.WaitForExitAsync(cancel);
        return shell.ExitCode == 0 ? await printed : throw new LoadException($"{command}: {await faults}");
    }
}
