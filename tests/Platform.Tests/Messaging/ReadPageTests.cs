using System.Diagnostics.Metrics;
using Doseline.Facts.V1;
using Doseline.Local.Simulation;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Log;
using Doseline.Platform.Rpc;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Messaging;

/// <summary>Pages that a listener reads through somebody who stands between.</summary>
public sealed class ReadPageTests : IAsyncLifetime
{
    readonly SimulatedClock clock = new(TestPlatform.Start);
    TestDatabase database = null!;
    FakeSidecar sidecar = null!;
    StageHost publisher = null!, host = null!;
    LogProxy proxy = null!;

    public async Task InitializeAsync()
    {
        (database, sidecar) = (await TestDatabase.CreateAsync(), await FakeSidecar.StartAsync());
        publisher = await StageHost.AloneAsync(database, clock, new OrdersStage(), [.. DaprTests.Settings(sidecar, "orders"), "--Facts:Listeners=execution"]);
        proxy = await LogProxy.StartAsync(publisher.Services.GetRequiredService<ServiceChannels>().OwnAddress!);
        host = await StageHost.AloneAsync(database, clock, new ExecutionStage(), [.. DaprTests.Settings(sidecar, "execution"), $"--Services:orders:Address={proxy.Address}"]);
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await proxy.DisposeAsync();
        await publisher.DisposeAsync();
        await sidecar.DisposeAsync();
        await database.DisposeAsync();
    }

    public static TheoryData<string> Alterations => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Alterations))]
    [Requirement("A126")]
    public async Task What_was_altered_on_its_way_is_not_used_is_counted_and_is_read_when_it_comes_as_it_was_signed(string alteration)
    {
        List<string> untrusted = [];
        // Looked up before, for while instruments are made known nobody else makes any, and who makes a service may be making one.
        var meter = host.Services.GetRequiredService<MessagingMeter>().Meter;
        using MeterListener listener = new() { InstrumentPublished = (instrument, all) => { if (instrument.Name is "fact_pages_untrusted" && instrument.Meter == meter) all.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => { if (count > 0) lock (untrusted) untrusted.Add((string)tags[0].Value!); });
        listener.Start();
        await publisher.PublishAsync("c1", "a");
        await PumpAsync();
        (await host.SeenAsync("c1")).ShouldBe(["a"]);
        untrusted.ShouldBeEmpty();
        ReadFactsResponse earlier = null!;
        proxy.Changes = page => earlier = page;
        await PumpAsync();

        await publisher.PublishAsync("c1", "b", "c");
        var altered = 0;
        proxy.Changes = page => All[alteration](page, earlier) is var other && !other.Equals(page) ? Counted(other) : page;
        await PumpAsync();
        altered.ShouldBeGreaterThan(0);
        (await host.SeenAsync("c1")).ShouldBe(["a"]);
        (await host.WaitingAsync()).ShouldBeEmpty();
        untrusted.ShouldNotBeEmpty();
        untrusted.ShouldAllBe(who => who == "orders");

        proxy.Changes = page => page;
        clock.MoveTo(clock.GetUtcNow().AddMinutes(1));
        await PumpAsync();
        (await host.SeenAsync("c1")).ShouldBe(["a", "b", "c"]);

        ReadFactsResponse Counted(ReadFactsResponse page)
        {
            altered++;
            return page;
        }
    }

    // Drawn from the message, so that a field that is added is covered too.
    [Fact]
    [Requirement("A126")]
    public void The_signature_covers_every_field_of_an_answer_and_the_question()
    {
        var seal = publisher.Services.GetRequiredService<PageSeal>();
        var nonce = ByteString.CopyFrom(1, 2, 3);
        ReadFactsResponse answer = new()
        {
            Service = "orders", After = 1, AfterId = "a", UpTo = 2, UpToId = "b", Head = 3, HeadId = "c",
            Facts = { new LoggedFact { Position = 2, Id = "b", Type = "t", Subject = "s", Time = new() { Seconds = 5 }, Data = "{}", DataHash = "h", CorrelationId = "x", CausationId = "y", Actor = "z", TraceParent = "w" } },
        };
        seal.Sign("orders", answer, nonce);
        seal.Holds("orders", answer, nonce).ShouldBeTrue();
        seal.Holds("orders", ReadFactsResponse.Parser.ParseFrom(answer.ToByteArray()), nonce).ShouldBeTrue();
        seal.Holds("orders", answer, ByteString.CopyFrom(1, 2, 4)).ShouldBeFalse("an answer to another question");
        seal.Holds("orders", answer, ByteString.Empty).ShouldBeFalse();
        seal.Holds("execution", answer, nonce).ShouldBeFalse("the log of another service");
        foreach (var field in ReadFactsResponse.Descriptor.Fields.InDeclarationOrder()) Altered(field, page => page);
        foreach (var field in LoggedFact.Descriptor.Fields.InDeclarationOrder()) Altered(field, page => page.Facts[0]);

        void Altered(FieldDescriptor field, Func<ReadFactsResponse, IMessage> part)
        {
            var other = answer.Clone();
            Alter(field, part(other));
            seal.Holds("orders", other, nonce).ShouldBeFalse(field.FullName);
        }
    }

    static readonly Dictionary<string, Func<ReadFactsResponse, ReadFactsResponse, ReadFactsResponse>> All = new(StringComparer.Ordinal)
    {
        ["payload with a hash that fits"] = (page, _) => With(page, p =>
        {
            foreach (var fact in p.Facts) (fact.Data, fact.DataHash) = (fact.Data.Replace("\"b\"", "\"forged\"", StringComparison.Ordinal), Fact.HashOf(fact.Data.Replace("\"b\"", "\"forged\"", StringComparison.Ordinal)));
        }),
        ["person"] = (page, _) => With(page, p => { foreach (var fact in p.Facts) fact.Actor = "person:other"; }),
        ["a fact left out"] = (page, _) => With(page, p => { if (p.Facts.Count > 0) p.Facts.RemoveAt(0); }),
        ["facts kept back"] = (page, _) => With(page, p =>
        {
            p.Facts.Clear();
            (p.UpTo, p.UpToId, p.Head, p.HeadId) = (p.After, p.AfterId, p.After, p.AfterId);
        }),
        ["an earlier answer"] = (_, earlier) => earlier,
        ["no signature"] = (page, _) => With(page, p => p.Signature = ByteString.Empty),
        ["signature of another length"] = (page, _) => With(page, p => p.Signature = ByteString.CopyFrom(new byte[7])),
    };

    static ReadFactsResponse With(ReadFactsResponse page, Action<ReadFactsResponse> change)
    {
        var other = page.Clone();
        change(other);
        return other;
    }

    static void Alter(FieldDescriptor field, IMessage message)
    {
        if (field.IsRepeated)
        {
            ((System.Collections.IList)field.Accessor.GetValue(message)).RemoveAt(0);
            return;
        }

        field.Accessor.SetValue(message, field.Accessor.GetValue(message) switch
        {
            string text => text + "x",
            long number => number + 1,
            bool flag => !flag,
            ByteString bytes => ByteString.CopyFrom([.. bytes.Span[1..], (byte)(bytes[0] ^ 1)]),
            Google.Protobuf.WellKnownTypes.Timestamp time => new Google.Protobuf.WellKnownTypes.Timestamp { Seconds = time.Seconds + 1 },
            var other => throw new InvalidOperationException($"{field.FullName}: {other}"),
        });
    }

    async Task PumpAsync()
    {
        host.Services.GetRequiredService<Bell>().Ring("orders");
        while (await host.Reader.PumpAsync(default) > 0)
        {
        }
    }
}
