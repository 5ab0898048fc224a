using System.Collections;
using Doseline.Authority.Tests.Support;
using Doseline.Kernel.Rules;
using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Local.Simulation;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Doseline.Authority.Tests.Matrix;

/// <summary>Every method that takes a unit, an activity, a version of nuclide data or the version of what it changes: one that is unknown, without its instant or stale is refused, and nothing is changed.</summary>
public sealed class CodeTests(ITestOutputHelper output)
{
    [Fact]
    [Requirement("A170", "A188")]
    public async Task No_method_takes_a_unit_or_a_version_of_nuclide_data_that_is_in_no_table()
    {
        await using var platform = await TestPlatform.StartAsync();
        var before = await Trails.CountsAsync(platform);
        List<string> tried = [];
        foreach (var method in platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values)
        {
            foreach (var (path, request) in With(method.Descriptor.InputType, CodeFields.Is, "furlong", []))
            {
                method.RequestId?.Accessor.SetValue(request, TestPlatform.RequestId());
                method.Chooser?.Accessor.SetValue(request, "orders");
                method.Site?.Accessor.SetValue(request, Callers.Site);
                var (status, refusals, _) = await RawCalls.CallAsync(Entitled(platform, method), method, request);
                status.ShouldBe(StatusCode.InvalidArgument, method.Name);
                refusals.Select(r => (r.Code, r.Subject)).ShouldBe([(path.EndsWith("version", StringComparison.Ordinal) ? "DATA_VERSION_UNKNOWN" : "UNIT_UNKNOWN", path)], method.Name);
                tried.Add($"{method.Descriptor.Name} {path}");
            }
        }

        foreach (var line in tried) output.WriteLine(line);
        tried.ShouldContain("IssueToBatch unit");
        tried.ShouldContain("PutMaterial material.unit");
        tried.ShouldContain("PutSpecification tests[0].unit");
        tried.ShouldContain("RecordResult unit");
        tried.ShouldContain("PutRecipe recipe.materials[0].unit");
        tried.ShouldContain("ReceiveLot contents[0].data_version");
        tried.ShouldContain("PutSite site.nuclide_data_version");
        (await Trails.CountsAsync(platform)).ShouldBe(before);
    }

    [Fact]
    [Requirement("A004")]
    public async Task No_method_takes_an_activity_without_the_instant_it_refers_to()
    {
        await using var platform = await TestPlatform.StartAsync();
        var before = await Trails.CountsAsync(platform);
        List<string> tried = [];
        foreach (var method in platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values)
        {
            foreach (var (path, request) in Events.WithoutReference(method.Descriptor.InputType))
            {
                method.RequestId?.Accessor.SetValue(request, TestPlatform.RequestId());
                method.Site?.Accessor.SetValue(request, Callers.Site);
                var (status, refusals, _) = await RawCalls.CallAsync(Entitled(platform, method), method, request);
                status.ShouldBe(StatusCode.InvalidArgument, method.Name);
                refusals.Select(r => (r.Code, r.Subject)).ShouldBe([("REFERENCE_TIME_MISSING", path)], method.Name);
                tried.Add($"{method.Descriptor.Name} {path}");
            }
        }

        foreach (var line in tried) output.WriteLine(line);
        tried.ShouldContain("ReceiveLot contents[0].reference_time");
        tried.ShouldContain("PlaceOrder wanted.at_calibration.reference_time");
        tried.ShouldContain("RecordEndOfSynthesis bulk.reference_time");
        tried.ShouldContain("PlanRun yield.reference_time");
        (await Trails.CountsAsync(platform)).ShouldBe(before);
    }

    [Fact]
    [Requirement("A170")]
    public async Task No_method_changes_what_its_caller_has_read_in_another_version()
    {
        Recorder recorder = new();
        var input = DayFiles.Read(Path.Combine(Repository.Root, "samples", "day")).Only(["R001", "R023", "R048", "R053", "R062"], ["psma-2", "dota-1", "psma-3"]);
        await using var platform = await TestPlatform.StartAsync(
            configure: builder => builder.Services.AddSingleton(recorder).Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<Recorder>()), clock: new SimulatedClock(input.Start));
        var folder = Directory.CreateTempSubdirectory("doseline-day-").FullName;
        await new DayPlay(input, platform.Host, new DayProgress(Spectre.Console.AnsiConsole.Console, null), new DayJournal(Path.Combine(folder, "refused.json"))).RunAsync(default);

        var before = await Trails.CountsAsync(platform);
        List<string> wrong = [], tried = [], notPlayed = [];
        foreach (var method in platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values.Where(m => m.Policy.Mutates).OrderBy(m => m.Name, StringComparer.Ordinal))
        {
            if (VersionIn(method.Descriptor.InputType) is not { } path || Makes.Contains(method.Descriptor.Name, StringComparer.Ordinal)) continue;
            if (!recorder.Requests.TryGetValue(method.Name, out var asked))
            {
                notPlayed.Add(method.Descriptor.Name);
                continue;
            }

            var request = method.Descriptor.InputType.Parser.ParseFrom(asked.ToByteArray());
            method.RequestId!.Accessor.SetValue(request, TestPlatform.RequestId());
            Stale(request, path);
            var person = Callers.Person("entitled", [.. method.Policy.Roles.Where(r => !r.StartsWith("service:", StringComparison.Ordinal))]);
            foreach (var (field, second) in new[] { ("signature", false), ("second_signature", true) })
            {
                if (method.Policy.Signature is null || method.Descriptor.InputType.FindFieldByName(field) is not { } place) continue;
                place.Accessor.SetValue(request, platform.Signer.Sign(second ? TestSigner.Witness : person, method.Name, request, second: second));
            }

            var (_, refusals, _) = await RawCalls.CallAsync(platform.UnsignedAs(person), method, request);
            tried.Add(method.Descriptor.Name);
            if (!refusals.Any(r => r.Code.Contains("STALE", StringComparison.Ordinal) || r.Code.Contains("VERSION", StringComparison.Ordinal)))
                wrong.Add($"{method.Name}: {string.Join(',', refusals.Select(r => r.Code))}");
        }

        output.WriteLine($"tried: {string.Join(' ', tried)}");
        output.WriteLine($"not played: {string.Join(' ', notPlayed)}");
        wrong.ShouldBeEmpty();
        tried.Count.ShouldBeGreaterThan(15);
        (await Trails.CountsAsync(platform)).ShouldBe(before);
    }

    // As the day calls them they make something new, which has no version yet. That a price is of the past, and a recipe approved already, is said first.
    static readonly string[] Makes = ["PutEquipment", "PutCarrierService", "PutPackaging", "PutRecipe", "PutPrice", "ApproveRecipe"];

    // The version of what is changed: of the request, of the thing in it, or of the record it is an entry of.
    static string? VersionIn(MessageDescriptor request)
    {
        string[] names = ["etag", "version", "record_version"];
        if (names.Select(request.FindFieldByName).FirstOrDefault(f => f?.FieldType is FieldType.Int64) is { } own) return own.Name;
        return request.Fields.InDeclarationOrder().Where(f => f is { FieldType: FieldType.Message, IsRepeated: false })
            .SelectMany(f => f.MessageType.Fields.InDeclarationOrder().Where(i => i.Name is "version" or "etag" && i.FieldType is FieldType.Int64).Select(i => $"{f.Name}.{i.Name}")).FirstOrDefault();
    }

    static void Stale(IMessage request, string path)
    {
        var names = path.Split('.');
        for (var i = 0; i < names.Length - 1; i++) request = (IMessage)request.Descriptor.FindFieldByName(names[i]).Accessor.GetValue(request);
        request.Descriptor.FindFieldByName(names[^1]).Accessor.SetValue(request, 999_999L);
    }

    // A request for each place at which such a field may stand, with that field alone.
    internal static IEnumerable<(string Path, IMessage Request)> With(MessageDescriptor message, Func<FieldDescriptor, bool> wanted, string value, HashSet<string> passed)
    {
        if (!passed.Add(message.FullName)) yield break;
        foreach (var field in message.Fields.InDeclarationOrder().Where(f => !f.IsMap))
        {
            var name = field.IsRepeated ? $"{field.Name}[0]" : field.Name;
            if (wanted(field)) yield return (name, Set(message, field, value));
            if (field.FieldType is not FieldType.Message || field.MessageType.File.Package.StartsWith("google.", StringComparison.Ordinal)) continue;
            foreach (var (path, inner) in With(field.MessageType, wanted, value, [.. passed])) yield return ($"{name}.{path}", Set(message, field, inner));
        }
    }

    static IMessage Set(MessageDescriptor message, FieldDescriptor field, object value)
    {
        var made = message.Parser.ParseFrom(ByteString.Empty);
        // An activity is nothing without the instant it refers to.
        if (made is Common.V1.CalibratedActivity activity) activity.ReferenceTime = TestPlatform.Start.ToWire();
        if (field.IsRepeated) ((IList)field.Accessor.GetValue(made)).Add(value);
        else field.Accessor.SetValue(made, value);
        return made;
    }

    internal static CallInvoker Entitled(TestPlatform platform, RpcMethod method)
    {
        string[] people = [.. method.Policy.Roles.Where(r => !r.StartsWith("service:", StringComparison.Ordinal))];
        if (people is [] && method.Policy.AnyRole) people = [Roles.Auditor];
        return people is not [] ? platform.UnsignedAs(Callers.Person("entitled", people))
            : method.Policy.ForRoles.Count > 0 ? platform.AsService(method.Policy.Roles[0]["service:".Length..], [.. method.Policy.ForRoles]) : platform.AsService(method.Policy.Roles[0]["service:".Length..]);
    }
}
