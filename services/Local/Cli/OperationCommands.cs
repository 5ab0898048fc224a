using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Doseline.Local.Operation;
using Doseline.Platform.Auth;
using Doseline.Platform.Hosting;

namespace Doseline.Local.Cli;

/// <summary>What people who run the platform ask: what the services are, whether what was restored is sound, whether the cluster is still what was validated.</summary>
static class OperationCommands
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    public static Command Describe()
    {
        Option<bool> access = new("--access") { Description = "Only which gRPC services each calls at each other, as YAML: charts/doseline/access.yaml." };
        Command command = new("describe", "Prints as JSON what each service is to the cluster around it: whom it calls, whose facts it hears, actors, methods, ports.") { access };
        command.SetAction(parsed =>
        {
            var services = Modules.All().Select(ServiceDescription.Of);
            if (parsed.GetValue(access)) Console.Write(AccessList.Draw(services));
            else Console.WriteLine(JsonSerializer.Serialize(services, Json));
        });
        return command;
    }

    public static Command Check()
    {
        Command command = new("check", "Looks through the databases, for example after a restore: facts, what waits, and every audit chain. Changes nothing.") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(async (parsed, cancel) =>
        {
            var standings = await DatabaseCheck.RunAsync(parsed.Settings(), cancel);
            foreach (var s in standings)
            {
                Console.WriteLine($"{s.Service,-12} {s.Messages.Published,8} facts, {s.Messages.Waiting} waiting or parked, {s.Messages.Orphans} orphans, {s.AuditRows} audit rows, {(s.Findings is [] ? "sound" : $"{s.Findings.Count} findings")}");
                foreach (var finding in s.Findings) await Console.Error.WriteLineAsync($"{s.Service}: {finding}");
            }

            return standings.All(s => s.Findings is []) ? 0 : 1;
        });
        return command;
    }

    public static Command Baseline()
    {
        Argument<FileInfo> manifests = new("manifests") { Description = "Manifests that were validated, as YAML: helm get manifest." };
        Option<FileInfo> output = new("--out") { Description = "File of the baseline.", Required = true };
        Command sign = new("sign", "Keeps what was validated, under a signature of this installation's key.") { manifests, output };
        sign.TreatUnmatchedTokensAsErrors = false;
        sign.SetAction(async (parsed, cancel) =>
        {
            var signed = SignedBaseline.Sign(Manifests.Read(await File.ReadAllTextAsync(parsed.GetValue(manifests)!.FullName, cancel)), Keys(parsed).Signing(SignedBaseline.KeyName));
            await File.WriteAllTextAsync(parsed.GetValue(output)!.FullName, signed, cancel);
            return 0;
        });

        Argument<FileInfo> baseline = new("baseline") { Description = "Baseline that was signed." };
        Argument<FileInfo> live = new("live") { Description = "What runs, as YAML: kubectl get … -o yaml." };
        Command check = new("check", "Names every object and field in which what runs differs from the baseline.") { baseline, live };
        check.TreatUnmatchedTokensAsErrors = false;
        check.SetAction(async (parsed, cancel) =>
        {
            var signed = await File.ReadAllTextAsync(parsed.GetValue(baseline)!.FullName, cancel);
            if (SignedBaseline.Read(signed, Keys(parsed).Signing(SignedBaseline.KeyName)) is not { } validated)
            {
                await Console.Error.WriteLineAsync("The baseline's signature is not genuine.");
                return 2;
            }

            var drifts = Drift.Between(validated, Manifests.Read(await File.ReadAllTextAsync(parsed.GetValue(live)!.FullName, cancel)));
            foreach (var drift in drifts) Console.WriteLine(drift);
            Console.WriteLine($"{validated.Count} objects, {drifts.Count} differences");
            return drifts is [] ? 0 : 1;
        });
        return new Command("baseline", "Configuration that was validated, and what has drifted from it.") { sign, check };
    }

    static KeyStore Keys(ParseResult parsed) => new(parsed.Configuration());
}
