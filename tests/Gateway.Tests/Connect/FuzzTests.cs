using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Doseline.Audit.V1;
using Doseline.Gateway.Front;
using Doseline.Gateway.Tests.Support;
using Doseline.Kernel.Rules;
using Doseline.Platform.Hosting;
using Doseline.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Doseline.Gateway.Tests.Connect;

/// <summary>Chance at the front door: every method, with messages that make no sense, as protobuf and as JSON.</summary>
/// <remarks>
/// <c>DOSELINE_FUZZ_ROUNDS</c> says how many messages a method gets of each form, <c>DOSELINE_FUZZ_MINUTES</c>
/// for how long round follows round.
/// </remarks>
public sealed partial class FuzzTests(ITestOutputHelper log) : IAsyncLifetime
{
    const int RoundsDefault = 6;
    const long MemoryMax = 2L << 30;
    static readonly string[] Faults = ["internal", "unknown", "data_loss"];
    static readonly string[] Services = ["orders", "execution", "inventory", "quality", "labeling", "shipping", "waste", "identity", "gateway"];

    FrontDoor door = null!;
    string everybody = "";

    public async Task InitializeAsync()
    {
        // This is about what is in the messages, not about how many come.
        door = await FrontDoor.OpenAsync(builder =>
        {
            foreach (var role in Roles.All.Append("person")) (builder.Configuration[$"Gateway:Limits:{role}:PerSecond"], builder.Configuration[$"Gateway:Limits:{role}:Burst"]) = ("1000000", "1000000");
        });
        // Somebody whom no role keeps out, so that the message itself is looked at.
        everybody = door.Token([.. Roles.All]);
    }

    public async Task DisposeAsync() => await door.DisposeAsync();

    [Fact]
    [Requirement("A184")]
    public async Task A_message_made_by_chance_is_refused_with_reasons_and_changes_nothing()
    {
        var seed = Chance.Seed;
        log.WriteLine($"seed {seed}");
        RandomMessages messages = new(new Random(seed));
        // The first key is made when it is first asked for, by whatever reads it.
        (await door.Http.GetAsync("/oauth/jwks")).EnsureSuccessStatusCode();
        var before = await RowsAsync();
        HashSet<string> taken = new(StringComparer.Ordinal);
        var methods = door.Platform.Host.Services.GetRequiredService<FrontMethods>().All.ToList();
        methods.Count(m => m.Policy.Mutates).ShouldBeGreaterThan(80);
        var (sent, until) = (0, WallClock.UtcNow + TimeSpan.FromMinutes(Chance.Number("DOSELINE_FUZZ_MINUTES", 0)));
        do
        {
            foreach (var method in methods)
            {
                for (var round = Chance.Number("DOSELINE_FUZZ_ROUNDS", RoundsDefault); round > 0; round--)
                {
                    var json = round % 2 == 0;
                    var body = json ? messages.Json(method.Descriptor.InputType) : messages.Bytes(method.Descriptor.InputType);
                    if (await TakesAsync(method, json, body, $"seed {seed}, {method.Path}, {Convert.ToHexString(body)}") && method.Policy.Mutates) taken.Add(method.Service);
                    sent++;
                }
            }
        }
        while (WallClock.UtcNow < until);

        log.WriteLine($"{sent} messages to {methods.Count} methods, {Environment.WorkingSet >> 20} MiB at the end");
        Environment.WorkingSet.ShouldBeLessThan(MemoryMax);
        // What made sense by chance, such as to seal a trail that has rows, may have left its own.
        var after = await RowsAsync();
        foreach (var service in Services.Except(taken, StringComparer.Ordinal)) after[service].ShouldBe(before[service], $"seed {seed}, {service}");
        if (until < WallClock.UtcNow - TimeSpan.FromMinutes(1)) taken.Count.ShouldBeLessThan(Services.Length / 2, $"seed {seed}");
    }

    // Whether a message was taken; what is not taken is refused, with reasons that a machine can read.
    async Task<bool> TakesAsync(FrontMethod method, bool json, byte[] body, string told)
    {
        var type = $"application/{(method.Streams ? "connect+" : "")}{(json ? "json" : "proto")}";
        using var request = FrontDoor.Post(method.Path, everybody, new ByteArrayContent(method.Streams ? FrontDoor.Frame(body) : body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } });
        // A watch that was opened by chance goes on until somebody ends it.
        if (method.Streams) request.Headers.Add("Connect-Timeout-Ms", "100");
        using var response = await door.Http.SendAsync(request);
        if (method.Streams)
        {
            var text = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync());
            foreach (var code in Faults) text.ShouldNotContain($"\"code\":\"{code}\"", Case.Sensitive, told);
            return !text.Contains("\"error\"", StringComparison.Ordinal);
        }

        if (response.IsSuccessStatusCode) return true;
        var reply = await Reply.ReadAsync(response);
        told = $"{told}: {reply.Status} {reply.Body}";
        reply.Status.ShouldBeInRange(400, 499, told);
        reply.Code.ShouldNotBeOneOf(Faults, told);
        reply.Reasons.ShouldNotBeEmpty(told);
        reply.Reasons.ShouldAllBe(r => Codes().IsMatch(r.Code), told);
        return false;
    }

    // Every record that anybody may be held to has its row in a trail.
    async Task<Dictionary<string, long>> RowsAsync()
    {
        AuditService.AuditServiceClient auditor = new(door.Platform.As("auditor"));
        Dictionary<string, long> rows = new(StringComparer.Ordinal);
        foreach (var service in Services)
        {
            try
            {
                rows[service] = (await auditor.SealTrailAsync(new SealTrailRequest { RequestId = TestPlatform.RequestId(), Service = service })).Head.TreeSize;
            }
            catch (Grpc.Core.RpcException nothing) when (Platform.Rpc.RpcErrors.Read(nothing)[0].Code is "NOTHING_SEALED")
            {
                rows[service] = 0;
            }
        }

        return rows;
    }

    [GeneratedRegex("^[A-Z][A-Z0-9_]+$")]
    private static partial Regex Codes();
}
