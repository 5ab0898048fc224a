using Doseline.Kernel.Rules;
using Doseline.Orders.V1;
using Doseline.Platform.Actors;
using Doseline.Platform.Auth;
using Doseline.Platform.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Doseline.Platform.Tests.Actors;

public sealed class WireTests
{
    [Fact]
    public async Task Refusals_messages_and_requests_cross_silos_as_they_are()
    {
        await using var host = await StageHost.StartAsync();
        var wire = host.Services.GetRequiredService<Serializer>();

        Exception refused = new RefusedException(
        [
            Refusal.State("cells/c1", "CELL_OCCUPIED", "It is occupied.").With("limit_bq", 1.5).With("at_time", TestTime),
            Refusal.Stale("cells/c1", 3, 4), Refusal.Unavailable("x", "AWAY", "away"),
        ]);
        var read = wire.Deserialize<Exception>(wire.SerializeToArray(refused)).ShouldBeOfType<RefusedException>();
        read.Refusals.Select(r => (r.Kind, r.Code, r.Subject, r.Message)).ShouldBe(((RefusedException)refused).Refusals.Select(r => (r.Kind, r.Code, r.Subject, r.Message)));
        read.Refusals.Select(r => string.Join(';', r.Numbers)).ShouldBe(((RefusedException)refused).Refusals.Select(r => string.Join(';', r.Numbers)));

        CustomerPublished message = new() { CustomerId = "c1", Code = "é" };
        wire.Deserialize<object>(wire.SerializeToArray<object>(message)).ShouldBe(message);
        wire.Deserialize<object[]>(wire.SerializeToArray<object[]>([message, message])).ShouldBe([message, message]);
        var copy = host.Services.GetRequiredService<DeepCopier>().Copy(message);
        copy.ShouldBe(message);
        copy.ShouldNotBeSameAs(message);

        Caller caller = new()
        {
            Subject = "person:ada", Name = "Ada", Roles = [Roles.Qa], Sites = ["BOS"], SitesByRole = new Dictionary<string, IReadOnlyList<string>> { [Roles.Qa] = ["BOS"] },
            Scopes = ["api"], SessionId = "s", AuthTime = TestTime, OnBehalfOf = "person:bo",
        };
        CallFlow flow = new(caller, "cause", "first", "Europe/Berlin", "why", "signature", "{}");
        var came = wire.Deserialize<CallFlow>(wire.SerializeToArray(flow));
        System.Text.Json.JsonSerializer.Serialize(came).ShouldBe(System.Text.Json.JsonSerializer.Serialize(flow));
    }

    static DateTimeOffset TestTime { get; } = new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);
}
