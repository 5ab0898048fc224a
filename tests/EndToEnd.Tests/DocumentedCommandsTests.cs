using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Doseline.Testing;

namespace Doseline.EndToEnd.Tests;

/// <summary>The commands that the pages show, taken from the pages: each is run as it stands there, or it is said here why it cannot be.</summary>
public sealed partial class DocumentedCommandsTests : IDisposable
{
    const string Local = "dotnet run --project services/Local";
    static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(4);

    // What begins a command that a page shows between words.
    static readonly string[] Programs = ["dotnet ", "tests/run.sh", "tests/long.sh", "loadtests/", "charts/secrets.sh", "charts/databases.sh", "charts/image.sh", "npm ", "helm ", "kubectl ", "curl ", "node ", "DATABASE_HOST=", "IMAGE="];

    /// <summary>Commands that are not run here, by how they begin, and why.</summary>
    static readonly (string Begins, string Why)[] Elsewhere =
    [
        ("helm ", "needs a cluster; the chart is rendered and held against its schemas by tests/chart and Cluster.Tests"),
        ("kubectl ", "needs a cluster"),
        ("components.dapr.io", "goes on the line before it"),
        ("docs/partners.md", "its blocks are run in order, whole, by tests/foreign/gateway.test.mjs"),
        ("curl ", "the calls of docs/partners.md are made in order by tests/foreign/gateway.test.mjs; the others need a host of one's own"),
        ("DATABASE_HOST=", "charts/secrets.sh is run by Cluster.Tests"),
        ("charts/secrets.sh", "is run by Cluster.Tests"),
        ("charts/databases.sh", "needs a database server of one's own"),
        ("IMAGE=", "pushes to a registry"),
        ("tests/run.sh", "runs this test"),
        ("tests/long.sh", "takes hours"),
        ("dotnet build ", "is how this test was built"),
        ("dotnet test ", "is how this test is run"),
        ("dotnet run -c Release --project loadtests/Benchmarks", "measures for minutes; docs/benchmarks/decay.md is its report"),
        ("loadtests/", "measures for minutes; docs/benchmarks holds the reports"),
        ("npm install @grpc", "is for a partner's own machine"),
        ("npm run dev", "serves until it is stopped, in front of a platform"),
        ("npm install --no-save && npm run build", "is what the build of the gateway does"),
        ("npm ", "belongs to the line before it, or is done by tests/run.sh"),
        ("node tests/lock.mjs", "asks a registry; writes a lock file"),
        ("node tests/chart/values.mjs", "draws a page that Cluster.Tests holds against the chart"),
        (Local + " -- play samples/day", "is played by SampleDayTests as the page has it"),
        ("-- play samples/day", "is played by SampleDayTests"),
        ("-- play samples/week", "is played by SampleWeekTests"),
        (Local + " -- baseline", "needs what a cluster runs; CommandLineTests and Cluster.Tests try it on files"),
        (Local + " -- check --ConnectionStrings", "needs the databases of an installation; CommandLineTests tries it"),
        (Local + " -- describe", "is run by Cluster.Tests, which holds its answer against the chart"),
    ];

    readonly DirectoryInfo here = Directory.CreateTempSubdirectory("doseline-pages-");
    readonly List<Process> running = [];

    public DocumentedCommandsTests() => Directory.CreateSymbolicLink(Path.Combine(here.FullName, "samples"), Path.Combine(SampleDay.Top, "samples"));

    public void Dispose()
    {
        foreach (var process in running)
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            process.Dispose();
        }

        File.Delete(Path.Combine(here.FullName, "samples"));
        here.Delete(recursive: true);
    }

    [Fact]
    [Requirement("P01")]
    public void Every_command_of_the_pages_is_run_or_says_why_not()
    {
        var shown = Commands().ToList();
        shown.Count.ShouldBeGreaterThan(30);
        shown.Where(c => !Run.Contains(c.Text, StringComparer.Ordinal) && !Elsewhere.Any(e => e.Begins == c.Page || c.Text.StartsWith(e.Begins, StringComparison.Ordinal)))
            .Select(c => $"{c.Page}: {c.Text}").ShouldBeEmpty();
        // What is run below still stands on a page.
        Run.Where(command => shown.All(c => c.Text != command)).ShouldBeEmpty();
    }

    static readonly string[] Serving = [Local, Local + " -- --Development:Tokens=true"];
    static readonly string[] Asking = [Local + " -- token --role supply_desk"];
    const string Demo = Local + " -- demo samples/day --at 2026-11-23T12:35";

    static readonly string[] Auditing =
    [
        Local + " -- audit key --service execution --Keys:Directory=data/keys > execution.pem",
        Local + " -- audit head --service execution > head-2026-11.json",
        Local + " -- audit export --service execution --out execution.jsonl",
        Local + " -- audit export --service execution --out batches.csv --format csv --entity batches --previous head-2026-11.json",
        Local + " -- audit verify execution.jsonl --key execution.pem --previous head-2026-11.json",
    ];

    // The token is the reader's own, and has its place on the page.
    static readonly string[] Run = [.. Serving, .. Asking, Demo, "export DOSELINE_TOKEN=…", .. Auditing, Local + " -- audit verify"];

    [Fact]
    [Requirement("P01")]
    public async Task What_the_readme_starts_serves_until_it_is_stopped_and_its_token_is_issued()
    {
        foreach (var command in Serving)
        {
            var (host, told) = await StartAsync(command, Ports());
            await StopAsync(host);
            host.ExitCode.ShouldBe(0, told());
        }

        foreach (var command in Asking)
        {
            var (code, output) = await RunAsync(command, []);
            code.ShouldBe(0, output);
            output.Trim().Split('.').Length.ShouldBe(3, "a token has three parts");
        }
    }

    [Fact]
    [Requirement("P01")]
    public async Task The_demonstration_says_where_it_is_and_who_may_sign_in_and_its_audit_trail_is_followed_to_a_verdict()
    {
        var ports = Ports();
        var (demo, told) = await StartAsync($"{Demo} --data data --Development:Tokens=true", ports);
        await EventuallyAsync(() => told().Contains("The console: http://127.0.0.1:", StringComparison.Ordinal));
        var greeting = told();
        greeting.ShouldContain($":{ports["Ports__Web"]}");
        foreach (var (name, login, role) in new[] { ("Quinn Adler", "quinn.adler", "qa"), ("Olive Park", "olive.park", "operator"), ("First administrator", "admin", "administrator") })
            greeting.ShouldMatch($"{name} .*{role} .*{Regex.Escape(login)}");
        // What is printed here is kept, so no password is; the file says them.
        var passwords = await File.ReadAllTextAsync(Path.Combine(here.FullName, "data", "day.people.json"));
        foreach (Match password in PasswordPattern().Matches(passwords)) greeting.ShouldNotContain(password.Groups["password"].Value);

        var (issued, token) = await RunAsync($"{Local} -- token --role auditor --at 2026-11-23T17:00 --Data:Directory=data", []);
        issued.ShouldBe(0, token);
        Dictionary<string, string> reader = new() { ["DOSELINE_TOKEN"] = token.Trim() };
        foreach (var command in Auditing)
        {
            var asks = command.Contains("audit head", StringComparison.Ordinal) || command.Contains("audit export", StringComparison.Ordinal);
            // The port of this run; a page shows the usual one.
            var (code, output) = await RunAsync(asks ? command.Replace("--service execution", $"--service execution --address http://127.0.0.1:{ports["Ports__App"]}", StringComparison.Ordinal) : command, reader);
            code.ShouldBe(0, $"{command}: {output}");
            if (command.Contains("audit verify", StringComparison.Ordinal)) output.ShouldContain("VERIFIED");
        }

        await StopAsync(demo);
    }

    static IEnumerable<(string Page, string Text)> Commands()
    {
        string[] folders = ["docs", "gateway", "charts", "loadtests"];
        var pages = folders.SelectMany(f => Directory.EnumerateFiles(Path.Combine(SampleDay.Top, f), "*.md", SearchOption.AllDirectories))
            .Where(p => !p.Contains("node_modules", StringComparison.Ordinal)).Prepend(Path.Combine(SampleDay.Top, "CONTRIBUTING.md")).Prepend(Path.Combine(SampleDay.Top, "README.md"));
        foreach (var page in pages.Order(StringComparer.Ordinal))
        {
            var text = File.ReadAllText(page);
            var name = Path.GetRelativePath(SampleDay.Top, page);
            foreach (Match block in Blocks().Matches(text))
            {
                foreach (var line in block.Groups["lines"].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Select(Plain).Where(l => l.Length > 0)) yield return (name, line);
            }

            var prose = Blocks().Replace(text, "");
            foreach (Match span in Spans().Matches(prose))
            {
                if (Programs.Any(p => span.Groups["text"].Value.StartsWith(p, StringComparison.Ordinal)) || span.Groups["text"].Value.StartsWith("-- ", StringComparison.Ordinal)) yield return (name, Plain(span.Groups["text"].Value));
            }

            foreach (var line in prose.Split('\n').Where(l => l.StartsWith("    ", StringComparison.Ordinal)).Select(Plain))
            {
                if (Programs.Any(p => line.StartsWith(p, StringComparison.Ordinal))) yield return (name, line);
            }
        }
    }

    // Without the remark behind it, and each gap as one blank.
    static string Plain(string line) => Gaps().Replace(Remark().Replace(line, ""), " ").Trim();

    static async Task<(int Code, string Output)> EndAsync(Process process)
    {
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(StartsWithin);
        return (process.ExitCode, await output + await errors);
    }

    async Task<(int Code, string Output)> RunAsync(string command, Dictionary<string, string> environment) => await EndAsync(Begin(command, environment));

    // The program is built already; from there on it is the page's words, run by a shell.
    Process Begin(string command, Dictionary<string, string> environment)
    {
        var words = command.Replace(Local + " -- ", Local + " ", StringComparison.Ordinal).Replace(Local, $"exec dotnet '{Path.Combine(AppContext.BaseDirectory, "Doseline.Local.dll")}'", StringComparison.Ordinal);
        ProcessStartInfo shell = new("bash", ["-c", words]) { WorkingDirectory = here.FullName, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var (key, value) in environment) shell.Environment[key] = value;
        var process = Process.Start(shell)!;
        running.Add(process);
        return process;
    }

    async Task<(Process Host, Func<string> Told)> StartAsync(string command, Dictionary<string, string> ports)
    {
        var host = Begin(command, ports);
        StringBuilder told = new();
        void Heard(object _, DataReceivedEventArgs line)
        {
            lock (told) told.AppendLine(line.Data);
        }

        host.OutputDataReceived += Heard;
        host.ErrorDataReceived += Heard;
        host.BeginOutputReadLine();
        host.BeginErrorReadLine();
        string Told()
        {
            lock (told) return told.ToString();
        }

        await EventuallyAsync(() => host.HasExited || Told().Contains("Application started", StringComparison.Ordinal));
        host.HasExited.ShouldBeFalse(Told());
        return (host, Told);
    }

    static async Task StopAsync(Process host)
    {
        using var stop = Process.Start("kill", ["-INT", $"{host.Id}"]);
        await host.WaitForExitAsync().WaitAsync(StartsWithin);
    }

    static async Task EventuallyAsync(Func<bool> holds)
    {
        using CancellationTokenSource late = new(StartsWithin);
        using PeriodicTimer look = new(TimeSpan.FromMilliseconds(100));
        while (!holds()) await look.WaitForNextTickAsync(late.Token);
    }

    // Ports of this run, so that it stands beside another.
    static Dictionary<string, string> Ports()
    {
        string[] names = ["Ports__App", "Ports__Probe", "Ports__Web", "Ports__Grpc"];
        var free = names.Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        foreach (var each in free) each.Start();
        var ports = names.Zip(free, (name, each) => (name, Port: $"{((IPEndPoint)each.LocalEndpoint).Port}")).ToDictionary(p => p.name, p => p.Port);
        foreach (var each in free) each.Dispose();
        return ports;
    }

    [GeneratedRegex(@"^[ ]*```sh\n(?<lines>.*?)^[ ]*```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Blocks();

    [GeneratedRegex("`(?<text>[^`\n]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Spans();

    [GeneratedRegex(@"\s+#\s.*$")]
    private static partial Regex Remark();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Gaps();

    [GeneratedRegex(@":\s*""(?<password>[^""]+)""", RegexOptions.ExplicitCapture)]
    private static partial Regex PasswordPattern();
}
