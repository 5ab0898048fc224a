using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Doseline.Gateway.Front;
using Doseline.Gateway.Tests.Support;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Doseline.Platform.Hosting;
using Doseline.Testing;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
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

    static readonly Caller Somebody = new() { Subject = "person:everybody", Name = "Everybody", Roles = Roles.All, Sites = [Caller.AllSites] };

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
        everybody = door.Token(Somebody);
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
        _ = door.Platform.Signer.Key;
        var before = await RowsAsync();
        var (taken, signed) = (0, 0);
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
                    // Signed as it should be, so that it is what was signed that is looked at.
                    if (method.Policy.Signature is not null && round % 3 != 0 && Signed(method, json, body) is { } whole) (body, signed) = (whole, signed + 1);
                    var told = $"seed {seed}, {method.Path}, {Convert.ToHexString(body)}";
                    var isTaken = await TakesAsync(method, json, body, told);
                    sent++;
                    if (!method.Policy.Mutates) continue;
                    // What made sense by chance has left its own; whatever was refused has left nothing, in any service.
                    var after = await RowsAsync();
                    if (isTaken) taken++;
                    else after.ShouldBe(before, told);
                    before = after;
                }
            }
        }
        while (WallClock.UtcNow < until);

        log.WriteLine($"{sent} messages to {methods.Count} methods, {Environment.WorkingSet >> 20} MiB at the end");
        Environment.WorkingSet.ShouldBeLessThan(MemoryMax);
        log.WriteLine($"{taken} taken, {signed} signed");
        signed.ShouldBeGreaterThan(methods.Count(m => m.Policy.Signature is not null));
        taken.ShouldBeLessThan(sent / 10, $"seed {seed}");
    }

    // The same message with the signatures that its method asks for; null for one that is no message.
    byte[]? Signed(FrontMethod method, bool json, byte[] body)
    {
        try
        {
            var type = method.Descriptor.InputType;
            var message = json ? JsonParser.Default.Parse(Encoding.UTF8.GetString(body), type) : type.Parser.ParseFrom(body);
            foreach (var (name, second) in new[] { ("signature", false), ("second_signature", true) })
            {
                if (type.FindFieldByName(name) is { FieldType: Google.Protobuf.Reflection.FieldType.String } field)
                    field.Accessor.SetValue(message, door.Platform.Signer.Sign(second ? TestSigner.Witness : Somebody, method.Path, message, second: second));
            }

            return json ? Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(message)) : message.ToByteArray();
        }
        catch (Exception none) when (none is InvalidProtocolBufferException or InvalidJsonException or InvalidOperationException or ArgumentException or FormatException)
        {
            return null;
        }
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

    // Rows of the trail, answers that are kept, facts and signatures of every service: whatever is recorded leaves one.
    async Task<IReadOnlyList<string>> RowsAsync()
    {
        await using var scope = door.Platform.Host.Services.CreateAsyncScope();
        var databases = door.Platform.Host.Services.GetRequiredService<DatabaseTable>();
        List<string> rows = [];
        foreach (var service in databases.Services.Order(StringComparer.Ordinal))
        {
            rows.Add($"{service} " + await databases.Of(service, scope.ServiceProvider).Database.SqlQueryRaw<string>("""
                SELECT CAST((SELECT COUNT(*) FROM audit) AS TEXT) || ' ' || CAST((SELECT COUNT(*) FROM requests) AS TEXT) || ' ' || CAST((SELECT COUNT(*) FROM facts) AS TEXT)
                || ' ' || CAST((SELECT COUNT(*) FROM signatures) AS TEXT) AS "Value"
                """).SingleAsync());
        }

        return rows;
    }

    [GeneratedRegex("^[A-Z][A-Z0-9_]+$")]
    private static partial Regex Codes();
}
