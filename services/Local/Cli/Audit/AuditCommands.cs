using System.CommandLine;
using System.Security.Cryptography;
using Doseline.Audit.V1;
using Doseline.Platform.Audit.Export;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Auth;
using Doseline.Platform.Signing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Doseline.Local.Cli.Audit;

/// <summary>The commands of an auditor: <c>audit export</c>, <c>audit head</c>, <c>audit key</c>, <c>audit verify</c>.</summary>
static class AuditCommands
{
    const string TokenVariable = "DOSELINE_TOKEN";

    public static Command Audit() => new("audit", "Exports, proves and verifies the audit trail; docs/audit.md says how.") { Export(), Head(), Key(), Verify() };

    static Command Export()
    {
        var (service, address, token) = (Service(), Address(), Token());
        Option<string> output = new("--out") { Description = "File to write.", Required = true };
        Option<string> format = new("--format") { Description = "json (one document a line) or csv.", DefaultValueFactory = _ => "json" };
        format.AcceptOnlyFromAmong("json", "csv");
        Option<string?> previous = new("--previous") { Description = "File of a head kept from before; the export then has the proof that the trail only grew since." };
        Option<string?> entity = new("--entity") { Description = "Only rows of this table." }, id = new("--id") { Description = "Only rows of this record." };
        Option<string?> person = new("--person") { Description = "Only rows of this person or account." };
        Option<DateTimeOffset?> from = new("--from") { Description = "Only rows at or after this instant." }, to = new("--to") { Description = "Only rows before this instant." };
        Command command = new("export", "Seals the trail of a service and writes it, whole or in part, with proofs and the signed head.") { service, address, token, output, format, previous, entity, id, person, from, to };
        command.SetAction((parsed, cancel) => AskAsync(parsed.GetValue(address)!, parsed.GetValue(token), async client =>
        {
            await TrailClient.SealAsync(client, parsed.GetValue(service)!, cancel);
            ExportTrailRequest request = new()
            {
                Service = parsed.GetValue(service)!,
                Format = parsed.GetValue(format) is "csv" ? ExportFormat.Csv : ExportFormat.JsonLines,
                PreviousTreeSize = parsed.GetValue(previous) is { } kept ? ReadHead(kept).TreeSize : 0,
            };
            if (new object?[] { parsed.GetValue(entity), parsed.GetValue(id), parsed.GetValue(person), parsed.GetValue(from), parsed.GetValue(to) }.Any(v => v is not null))
            {
                request.Filter = new TrailFilter
                {
                    Entity = parsed.GetValue(entity) ?? "",
                    EntityId = parsed.GetValue(id) ?? "",
                    PersonId = parsed.GetValue(person) ?? "",
                    FromTime = parsed.GetValue(from)?.ToTimestamp(),
                    ToTime = parsed.GetValue(to)?.ToTimestamp(),
                };
            }

            await using (var file = File.Create(parsed.GetValue(output)!)) await TrailClient.ExportAsync(client, request, file, cancel);
            Console.WriteLine($"Wrote {parsed.GetValue(output)}.");
            return 0;
        }));
        return command;
    }

    static Command Head()
    {
        var (service, address, token) = (Service(), Address(), Token());
        Command command = new("head", "Prints the latest signed head of a service's trail; keep it to show later that nothing was taken away.") { service, address, token };
        command.SetAction((parsed, cancel) => AskAsync(parsed.GetValue(address)!, parsed.GetValue(token), async client =>
        {
            var head = await TrailClient.HeadAsync(client, parsed.GetValue(service)!, cancel);
            if (head is null) await Console.Error.WriteLineAsync("Nothing has been sealed yet.");
            else Console.WriteLine(JsonFormatter.Default.Format(head));
            return head is null ? 1 : 0;
        }));
        return command;
    }

    static Command Key()
    {
        var service = Service();
        Command command = new("key", "Prints the public key that heads of a service are signed with, or several while it is changed (PEM); their ids go to the error stream.") { service };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(parsed =>
        {
            var config = parsed.Configuration();
            var name = TreeHeads.KeyOf(parsed.GetValue(service)!);
            var halves = new KeyStore(config).Halves(name);
            foreach (var half in halves)
            {
                Console.WriteLine(half.ExportSubjectPublicKeyInfoPem());
                Console.Error.WriteLine($"key id {SignedDocument.KeyIdOf(half)}");
            }

            if (halves is []) Console.Error.WriteLine($"There is no {name} in {config["Keys:Directory"] ?? Path.Combine("data", "keys")}; name the folder with --Keys:Directory=…");
            return halves is [] ? 1 : 0;
        });
        return command;
    }

    static Command Verify()
    {
        Argument<string> file = new("file") { Description = "The export." };
        Option<string[]> keys = new("--key") { Description = "File with the public key of the service, PEM, or with several after a change of keys; may be given more than once.", Required = true };
        Option<string?> previous = new("--previous") { Description = "File of a head kept from before." };
        Command command = new("verify", "Verifies an export with nothing but the file, a public key, and a head kept from before. Exit code 0: it verifies; 1: it does not; 2: it cannot be read.") { file, keys, previous };
        command.SetAction(parsed =>
        {
            List<ECDsa> known = [.. parsed.GetValue(keys)!.SelectMany(file => KeyStore.HalvesIn(File.ReadAllText(file), file))];
            using StreamReader reader = new(parsed.GetValue(file)!);
            return Report(reader, known, parsed.GetValue(previous) is { } kept ? ReadHead(kept) : null, Console.Out);
        });
        return command;
    }

    /// <summary>Verifies an export and says what was found.</summary>
    /// <returns>0 when it verifies, 1 when it does not.</returns>
    internal static int Report(TextReader export, IReadOnlyList<ECDsa> keys, TreeHead? previous, TextWriter output)
    {
        using TrailVerification verification = new(keys, previous);
        ExportReader.Read(export, verification);
        if (verification.Head is { } head)
            output.WriteLine($"Head {head.Number} of {head.Service}, {head.Time?.ToDateTimeOffset():yyyy-MM-dd HH:mm:ss} UTC, {head.TreeSize} rows, root {head.RootHash}, key {head.KeyId}");
        output.WriteLine($"{verification.RecordCount} records, {(verification.Whole ? "the whole trail" : "a part of the trail: what is here is proven, not that nothing else fits")}");
        if (verification.FindingCount == 0)
        {
            output.WriteLine(previous is null ? "VERIFIED" : $"VERIFIED, and it continues head {previous.Number} of {previous.Time.ToDateTimeOffset():yyyy-MM-dd HH:mm:ss} UTC");
            return 0;
        }

        output.WriteLine($"NOT VERIFIED: {verification.FindingCount} findings; the first is");
        foreach (var finding in verification.Findings) output.WriteLine(finding);
        return 1;
    }

    static async Task<int> AskAsync(string address, string? token, Func<AuditService.AuditServiceClient, Task<int>> ask)
    {
        using var channel = GrpcChannel.ForAddress(address);
        var bearer = token ?? Environment.GetEnvironmentVariable(TokenVariable);
        AuditService.AuditServiceClient client = new(channel.Intercept(metadata =>
        {
            if (bearer is not null) metadata.Add("authorization", $"Bearer {bearer.Trim()}");
            return metadata;
        }));
        return await ask(client);
    }

    static Option<string> Service() => new("--service") { Description = "Service whose trail it is, for example orders.", Required = true };

    static Option<string> Address() => new("--address") { Description = "Address of its gRPC port.", DefaultValueFactory = _ => "http://127.0.0.1:5000" };

    static Option<string?> Token() => new("--token") { Description = $"Bearer token; better in the variable {TokenVariable}, which no other user sees." };

    static TreeHead ReadHead(string file) => JsonParser.Default.Parse<TreeHead>(File.ReadAllText(file));
}
