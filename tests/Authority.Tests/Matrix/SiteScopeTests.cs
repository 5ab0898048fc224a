using System.Collections;
using Doseline.Authority.Tests.Support;
using Doseline.Kernel.Rules;
using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Local.Simulation;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Doseline.Authority.Tests.Matrix;

/// <summary>
/// A day is played, and everything that was asked in it is asked again by somebody with the same roles at another site. Who may not act at the site
/// of an object neither changes nor reads it, also where no field of the request names a site.
/// </summary>
public sealed class SiteScopeTests(ITestOutputHelper output)
{
    // What belongs to the whole company: the same products, recipes and customers at every site. Everything else is of a site.
    static readonly string[] OfNoSite =
    [
        "orders.v1.ProductsService", "orders.v1.PricesService", "orders.v1.CustomersService", "execution.v1.RecipesService", "quality.v1.SpecificationsService",
        "labeling.v1.TemplatesService", "inventory.v1.MaterialsService", "shipping.v1.CarriersService", "shipping.v1.PackagingsService", "identity.v1.",
        "quality.v1.CertificateService/GetSigningKey", "operations.v1.", "audit.v1.",
    ];

    [Fact]
    [Requirement("A178", "A239")]
    [Clause("21 CFR 11.10(d)", "21 CFR 11.10(g)")]
    public async Task Whoever_has_rights_at_another_site_neither_changes_nor_reads_what_the_day_was_about()
    {
        Recorder recorder = new();
        // A few orders are enough to ask all that the whole sample day asks: among them a refused receipt, an exception, a refusal by a carrier, an expired dose.
        var input = DayFiles.Read(Path.Combine(Repository.Root, "samples", "day")).Only(["R001", "R023", "R048", "R053", "R062"], ["psma-2", "dota-1", "psma-3"]);
        await using var platform = await TestPlatform.StartAsync(
            configure: builder => builder.Services.AddSingleton(recorder).Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<Recorder>()), clock: new SimulatedClock(input.Start));
        await PlayAsync(platform, input);

        var before = await Trails.CountsAsync(platform);
        List<string> open = [];
        var tried = 0;
        foreach (var method in platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values.OrderBy(m => m.Name, StringComparer.Ordinal))
        {
            if (OfNoSite.Any(prefix => method.Name.StartsWith($"/doseline.{prefix}", StringComparison.Ordinal))) continue;
            if (!method.Policy.AnyRole && method.Policy.Roles.All(r => r.StartsWith("service:", StringComparison.Ordinal))) continue;
            if (!recorder.Requests.TryGetValue(method.Name, out var asked))
            {
                output.WriteLine($"not played: {method.Name}");
                continue;
            }

            tried++;
            var outsider = Callers.Person("outsider", [.. method.Policy.Roles.DefaultIfEmpty(Roles.Auditor).Where(r => !r.StartsWith("service:", StringComparison.Ordinal))]) with { Sites = ["elsewhere"] };
            var (status, refusals, answer) = await RawCalls.CallAsync(platform.UnsignedAs(outsider), method, Signed(platform, outsider, method, asked));
            if (refusals.Any(r => r.Code is "SITE_NOT_ALLOWED") || status is StatusCode.NotFound || (status is StatusCode.OK && IsEmpty(answer))) continue;
            open.Add($"{method.Name} answers {status} {string.Join(',', refusals.Select(r => r.Code))} {(status is StatusCode.OK ? answer?.ToString() : "")}");
        }

        output.WriteLine($"{tried} methods tried");
        foreach (var line in open) output.WriteLine(line);
        open.ShouldBeEmpty();
        tried.ShouldBeGreaterThan(40);
        (await Trails.CountsAsync(platform)).ShouldBe(before);
    }

    static async Task PlayAsync(TestPlatform platform, DayInput input)
    {
        var folder = Directory.CreateTempSubdirectory("doseline-day-").FullName;
        await new DayPlay(input, platform.Host, new DayProgress(Spectre.Console.AnsiConsole.Console, null), new DayJournal(Path.Combine(folder, "refused.json"))).RunAsync(default);
    }

    static IMessage Signed(TestPlatform platform, Caller caller, RpcMethod method, IMessage asked)
    {
        var request = method.Descriptor.InputType.Parser.ParseFrom(asked.ToByteArray());
        method.RequestId?.Accessor.SetValue(request, TestPlatform.RequestId());
        foreach (var (field, second) in new[] { ("signature", false), ("second_signature", true) })
        {
            if (method.Policy.Signature is null || method.Descriptor.InputType.FindFieldByName(field) is not { } place) continue;
            place.Accessor.SetValue(request, platform.Signer.Sign(second ? TestSigner.Witness : caller, method.Name, request, second: second));
        }

        return request;
    }

    // A list without a line, or a watch that shows nothing.
    static bool IsEmpty(IMessage? answer) => answer is null || answer.Descriptor.Fields.InDeclarationOrder().All(field => field.Accessor.GetValue(answer) switch
    {
        IList list => list.Count == 0,
        string text => text is "",
        IMessage => false,
        null => true,
        _ => true,
    });
}
