using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Text.Json;
using Doseline.Load.Play;
using Doseline.Load.Report;

namespace Doseline.Load;

/// <summary>The command line: play a peak day against a running platform, and write reports from what was measured.</summary>
static class Commands
{
    const int OrdersMax = 1_000_000;
    const double RateMax = 20_000;

    public static RootCommand Root() => new("Plays a peak dose-order day against a running platform, from this machine to this machine only.") { Run(), Report() };

    static Command Run()
    {
        Option<Uri> address = new("--address") { Description = "gRPC address of the platform; loopback only.", CustomParser = result => OnlyLoopback(result)!, DefaultValueFactory = _ => new Uri("http://127.0.0.1:5000") };
        Option<Uri?> probe = new("--probe") { Description = "Probe address, read for the server's own counters; loopback only.", CustomParser = OnlyLoopback };
        Option<string?> keys = new("--keys") { Description = "Key directory of the platform: the driver issues its own development tokens with it." };
        Option<string[]> token = new("--token") { Description = "A token of a role as role=token, in place of --keys; once for each of the roles that the day needs." };
        Option<int> orders = Bounded("--orders", "How many orders.", 100_000, 1, OrdersMax);
        Option<double> rate = Bounded("--rate", "Orders a second on average.", 500.0, 0.1, RateMax);
        Option<bool> uniform = new("--uniform") { Description = "Evenly spaced arrivals; without it they come as independent callers do (Poisson)." };
        Option<int> seed = new("--seed") { Description = "Seed of arrivals and of what is ordered.", DefaultValueFactory = _ => 1 };
        Option<int> warmUp = Bounded("--warm-up", "Orders placed beforehand at half the rate and not reported.", 1_000, 0, OrdersMax);
        Option<double> ramp = Bounded("--ramp", "First rate of the search for the highest sustained rate, in orders a second; 0 leaves it out.", 0.0, 0.0, RateMax);
        Option<int> rampSeconds = Bounded("--ramp-seconds", "Length of one step of that search.", 20, 1, 600);
        Option<double> rampP99 = Bounded("--ramp-p99", "A step counts as sustained while its p99 is at most this many milliseconds.", 50.0, 1.0, 60_000.0);
        Option<Uri?> web = new("--web") { Description = "Web address of the platform, where people sign in; loopback only. Without it, signing in and signing are left out.", CustomParser = OnlyLoopback };
        Option<int> signIns = Bounded("--sign-ins", "How many sign-ins, and as many signatures.", 120, 0, OrdersMax);
        Option<double> signInRate = Bounded("--sign-in-rate", "Sign-ins a second on average, and signatures.", 2.0, 0.1, RateMax);
        Option<int> flows = Bounded("--flows", "How many batches of eight doses go from order to door; 0 leaves them out.", 0, 0, 1_000);
        Option<double> flowRate = Bounded("--flow-rate", "Such batches begun a second on average.", 0.5, 0.01, RateMax);
        Option<string> sample = new("--sample") { Description = "Folder of the sample day, which says what is made, how, and for whom.", DefaultValueFactory = _ => "samples/day" };
        Option<int> serverPid = new("--server-pid") { Description = "Process of the platform, to watch its memory and processor time; 0 for none." };
        Option<int> postgresPid = new("--postgres-pid") { Description = "First process of PostgreSQL, to watch it and its children; 0 for none." };
        Option<string> name = new("--name") { Description = "Name of the run in reports, for example the database.", DefaultValueFactory = _ => "run" };
        Option<FileInfo?> output = new("--out") { Description = "Writes the results to this JSON file." };
        Option<FileInfo?> budget = new("--budget") { Description = "What must hold, for example loadtests/budget.json; when it does not, the exit code is 1." };

        Command command = new("run", "Sets up master data, places orders, and measures from the instant each order was due.")
        {
            address, probe, keys, token, orders, rate, uniform, seed, warmUp, ramp, rampSeconds, rampP99, web, signIns, signInRate, flows, flowRate, sample, serverPid, postgresPid, name, output, budget,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            LoadOptions options = new()
            {
                Name = parsed.GetValue(name)!,
                Address = parsed.GetValue(address)!,
                Probe = parsed.GetValue(probe),
                Keys = parsed.GetValue(keys),
                Tokens = (parsed.GetValue(token) ?? []).Select(t => t.Split('=', 2)).Where(t => t.Length == 2).ToDictionary(t => t[0], t => t[1], StringComparer.Ordinal),
                Orders = parsed.GetValue(orders),
                Rate = parsed.GetValue(rate),
                Poisson = !parsed.GetValue(uniform),
                Seed = parsed.GetValue(seed),
                WarmUp = parsed.GetValue(warmUp),
                RampFrom = parsed.GetValue(ramp),
                RampStep = TimeSpan.FromSeconds(parsed.GetValue(rampSeconds)),
                RampP99Milliseconds = parsed.GetValue(rampP99),
                Web = parsed.GetValue(web),
                SignIns = parsed.GetValue(signIns),
                SignInRate = parsed.GetValue(signInRate),
                Flows = parsed.GetValue(flows),
                FlowRate = parsed.GetValue(flowRate),
                Sample = parsed.GetValue(sample)!,
                ServerPid = parsed.GetValue(serverPid),
                PostgresPid = parsed.GetValue(postgresPid),
            };
            return await PlayAsync(options, parsed.GetValue(budget), parsed.GetValue(output), cancel);
        });
        return command;
    }

    static async Task<int> PlayAsync(LoadOptions options, FileInfo? budget, FileInfo? output, CancellationToken cancel)
    {
        try
        {
            var result = await PeakDay.PlayAsync(options, cancel);
            result = result with { Broken = budget is null ? [] : Budget.Read(budget).Check(result) };
            if (output is not null) await File.WriteAllTextAsync(output.FullName, JsonSerializer.Serialize(result, Results.Json), cancel);
            Console.WriteLine(MarkdownReport.Write([result], yardsticks: []));
            return result.Broken is [] ? 0 : 1;
        }
        catch (LoadException cannot)
        {
            await Console.Error.WriteLineAsync(cannot.Message);
            return 2;
        }
    }

    static Command Report()
    {
        Option<FileInfo[]> input = new("--in") { Description = "Results that run wrote; may be given more than once.", Required = true, AllowMultipleArgumentsPerToken = true };
        Option<FileInfo[]> pgbench = new("--pgbench") { Description = "Outputs of pgbench, as a yardstick; may be given more than once.", AllowMultipleArgumentsPerToken = true };
        Option<FileInfo?> markdown = new("--markdown") { Description = "Writes the report to this file." };
        Option<FileInfo?> html = new("--html") { Description = "Writes the report as one HTML page with charts to this file." };
        Command command = new("report", "Writes one report of several results.") { input, pgbench, markdown, html };
        command.SetAction(async (parsed, cancel) =>
        {
            List<RunResult> results = [];
            foreach (var file in parsed.GetValue(input)!) results.Add(JsonSerializer.Deserialize<RunResult>(await File.ReadAllTextAsync(file.FullName, cancel), Results.Json)!);
            List<Yardstick> yardsticks = [];
            foreach (var file in parsed.GetValue(pgbench) ?? []) yardsticks.Add(Yardstick.Parse(await File.ReadAllTextAsync(file.FullName, cancel)));
            if (parsed.GetValue(markdown) is { } md) await File.WriteAllTextAsync(md.FullName, MarkdownReport.Write(results, yardsticks), cancel);
            if (parsed.GetValue(html) is { } page) await File.WriteAllTextAsync(page.FullName, HtmlReport.Write(results, yardsticks), cancel);
        });
        return command;
    }

    static Option<T> Bounded<T>(string name, string description, T usual, T min, T max) where T : IComparable<T>
    {
        Option<T> option = new(name) { Description = $"{description} From {min} to {max}; usually {usual}.", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            var value = result.GetValueOrDefault<T>();
            if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0) result.AddError($"{name} lies between {min} and {max}.");
        });
        return option;
    }

    // A load test aimed elsewhere is an attack.
    static Uri? OnlyLoopback(ArgumentResult result)
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var uri)
            && (uri.Host is "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))))
        {
            return uri;
        }

        result.AddError($"{result.Tokens[0].Value} is not on this machine; only loopback addresses are played against.");
        return null;
    }
}
