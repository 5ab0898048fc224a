using Doseline.Authority.Tests.Support;
using Doseline.Identity.Keys;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Authority.Tests.Matrix;

/// <summary>Every method of every service, called as everybody; what happens is what its proto declares.</summary>
public sealed class MatrixTests : IAsyncLifetime
{
    TestPlatform platform = null!;

    public async Task InitializeAsync()
    {
        platform = await TestPlatform.StartAsync();
        // The first to need a key makes it, which is a record; it must not look like the doing of whoever is refused here.
        await platform.Host.Services.GetRequiredService<SigningKeys>().CurrentAsync(default);
    }

    public async Task DisposeAsync() => await platform.DisposeAsync();

    IEnumerable<RpcMethod> Methods => platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values.OrderBy(m => m.Name, StringComparer.Ordinal);

    [Fact]
    [Requirement("A003", "A068", "A159", "A178", "A209")]
    [Clause("21 CFR 11.10(d)", "21 CFR 11.10(g)", "Annex 11 12.1")]
    public async Task Every_method_lets_in_whom_its_policy_names_and_nobody_else()
    {
        var before = await Trails.CountsAsync(platform);
        List<string> wrong = [];
        var calls = 0;
        foreach (var caller in Callers.All())
        {
            var invoker = platform.UnsignedAs(caller);
            foreach (var method in Methods)
            {
                // An empty request: whoever is let in is refused for what is missing, so that nobody changes anything.
                var (_, refusals, _) = await RawCalls.CallAsync(invoker, method, Empty(method));
                var denied = refusals.Any(r => r.Code is "ROLE_NOT_ALLOWED" or "PERSON_NEEDED" && r.Subject == method.Name);
                var may = Callers.MayCall(caller, method.Policy);
                if (denied == may) wrong.Add($"{caller.Name} ({caller.Subject}) calling {method.Name} is {(denied ? "refused" : "let in")}, but the policy says the opposite");
                calls++;
            }
        }

        wrong.ShouldBeEmpty();
        calls.ShouldBeGreaterThan(1000);
        (await Trails.CountsAsync(platform)).ShouldBe(before);
    }

    [Fact]
    [Requirement("A178")]
    [Clause("21 CFR 11.10(d)")]
    public async Task Nobody_without_a_token_calls_anything()
    {
        var before = await Trails.CountsAsync(platform);
        foreach (var token in new[] { null, "", "garbage", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJwZXJzb246cWEifQ." })
        {
            foreach (var method in Methods)
            {
                var (status, refusals, _) = await RawCalls.CallAsync(platform.Host.WithToken(token), method, Empty(method));
                (status, refusals.Single().Code).ShouldBe((StatusCode.Unauthenticated, "TOKEN_INVALID"), method.Name);
            }
        }

        (await Trails.CountsAsync(platform)).ShouldBe(before);
    }

    [Fact]
    [Requirement("A178")]
    public async Task A_method_that_names_a_site_is_closed_to_callers_of_another_site()
    {
        var before = await Trails.CountsAsync(platform);
        // What only services call is tried for whom they call, by BehalfTests.
        var scoped = Methods.Where(m => m.Site is not null && (m.Policy.AnyRole || m.Policy.Roles.Any(r => !r.StartsWith("service:", StringComparison.Ordinal)))).ToList();
        scoped.Count.ShouldBeGreaterThan(5);
        foreach (var method in scoped)
        {
            var request = Empty(method);
            method.RequestId?.Accessor.SetValue(request, TestPlatform.RequestId());
            method.Site!.Accessor.SetValue(request, "bos");
            var (_, refusals, _) = await RawCalls.CallAsync(platform.UnsignedAs(Entitled(method) with { Sites = [Callers.Site] }), method, request);
            refusals.ShouldHaveSingleItem(method.Name).Code.ShouldBe("SITE_NOT_ALLOWED", method.Name);
        }

        (await Trails.CountsAsync(platform)).ShouldBe(before);
    }

    [Fact]
    [Requirement("A012", "A068")]
    [Clause("21 CFR 11.10(g)", "21 CFR 11.70")]
    public async Task Every_signed_method_is_closed_without_a_signature_whoever_calls()
    {
        var before = await Trails.CountsAsync(platform);
        var signed = Methods.Where(m => m.Policy.Signature is { WhenAsked: false }).ToList();
        signed.Count.ShouldBeGreaterThan(10);
        foreach (var method in signed)
        {
            var request = Empty(method);
            method.RequestId!.Accessor.SetValue(request, TestPlatform.RequestId());
            // What looks after every service's messages is told whose.
            method.Chooser?.Accessor.SetValue(request, "orders");
            var (_, refusals, _) = await RawCalls.CallAsync(platform.UnsignedAs(Entitled(method)), method, request);
            refusals.Select(r => (r.Code, r.Subject)).ShouldBe(
                method.Policy.Signature.SecondPerson ? [("SIGNATURE_REQUIRED", "signature"), ("SIGNATURE_REQUIRED", "second_signature")] : [("SIGNATURE_REQUIRED", "signature")], method.Name);
        }

        (await Trails.CountsAsync(platform)).ShouldBe(before);
    }

    [Fact]
    [Requirement("P10")]
    public async Task No_method_takes_an_event_that_lies_ahead_of_now()
    {
        var before = await Trails.CountsAsync(platform);
        var ahead = platform.Now + TimeSpan.FromDays(66);
        List<string> tried = [];
        foreach (var method in Methods.Where(m => m.Policy.Mutates))
        {
            foreach (var (path, request) in Events.In(method.Descriptor.InputType, ahead))
            {
                method.RequestId!.Accessor.SetValue(request, TestPlatform.RequestId());
                var (status, refusals, _) = await RawCalls.CallAsync(platform.UnsignedAs(Entitled(method)), method, request);
                status.ShouldBe(StatusCode.InvalidArgument, method.Name);
                refusals.Select(r => (r.Code, r.Subject)).ShouldBe([("EVENT_IN_FUTURE", path)], method.Name);
                tried.Add($"{method.Descriptor.Name} {path}");
            }
        }

        tried.ShouldContain("RecordAssay measured.reference_time");
        tried.ShouldContain("RecordResult measure_time");
        tried.ShouldContain("RecordSurvey survey.survey_time");
        tried.ShouldContain("CompleteStep values[0].instant_time");
        (await Trails.CountsAsync(platform)).ShouldBe(before);
    }

    static IMessage Empty(RpcMethod method) => method.Descriptor.InputType.Parser.ParseFrom([]);

    /// <summary>Somebody with every role that the policy names, or the service that it names.</summary>
    static Caller Entitled(RpcMethod method) => method.Policy.Roles.Where(r => !r.StartsWith("service:", StringComparison.Ordinal)).ToArray() switch
    {
        [] when !method.Policy.AnyRole => Caller.Service(method.Policy.Roles[0]["service:".Length..]),
        [] => Callers.Person("entitled", Roles.Auditor),
        var roles => Callers.Person("entitled", roles),
    };
}
