using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Doseline.Platform.Certificates;
using Doseline.Testing;
using Npgsql;
using Xunit.Abstractions;

namespace Doseline.Cluster.Tests.Silos;

/// <summary>Who shows no certificate of the silos' authority for their service does not join them.</summary>
public sealed class SiloTlsTests(ITestOutputHelper output)
{
    [Theory]
    [Requirement("A177", "A181")]
    [InlineData("none at all")]
    [InlineData("one of an authority of its own")]
    public async Task A_replica_without_a_certificate_of_the_authority_is_not_let_in(string shows)
    {
        await using var stage = await SiloStage.MakeAsync(output, 1);
        await JoinedAsync(stage);
        // It takes whatever the others show, and finds them in the database; it is they who do not take it.
        using TestAuthority other = new();
        await using var stranger = await SiloProcess.StartAsync(stage.Settings, tls: shows is "none at all" ? null : other.Mount(SiloStage.Name, trusted: $"{other.Pem}\n{stage.Authority.Pem}"), joins: false);
        // It hosts no actors, so no kubelet is told that it is ready, however well its ports answer.
        List<bool> ready = [];
        using CancellationTokenSource patience = new(SiloStage.AgreesWithin);
        while (!stranger.Gone)
        {
            if (await stranger.IsReadyAsync() is { } answer) ready.Add(answer);
            await Task.Delay(100, patience.Token);
        }

        ready.ShouldNotBeEmpty();
        ready.ShouldAllBe(answer => !answer);
        output.WriteLine(stranger.Output);
        stranger.Output.ShouldNotContain("is not one of Cluster:Tls:Authorities", Case.Sensitive, "what it shows is for others to refuse");
        (await StatesAsync(stage)).Count(s => s is Active).ShouldBe(1, "the first one, which stays");
        stage.Taking.ShouldAllBe(s => !s.Gone);
    }

    [Theory]
    [Requirement("A181")]
    [InlineData("waste.silo.doseline", 30)]
    [InlineData("execution.silo.doseline", -0.5)]
    public async Task A_certificate_that_the_others_would_not_take_keeps_a_replica_from_starting(string name, double days)
    {
        await using var stage = await SiloStage.MakeAsync(output, 1);
        await using var silo = await SiloProcess.StartAsync(stage.Settings, tls: stage.Authority.Mount(name, TimeSpan.FromDays(days)), joins: false);
        await silo.EndedAsync(SiloStage.AgreesWithin);
        silo.Output.ShouldContain("is not one of Cluster:Tls:Authorities for execution.silo.doseline, or not good at this time");
    }

    [Fact]
    [Requirement("A179", "A181")]
    public async Task A_renewed_certificate_is_shown_by_a_replica_that_was_not_stopped()
    {
        await using var stage = await SiloStage.MakeAsync(output, 1);
        var silo = await JoinedAsync(stage);
        var first = await ShownAsync(silo.Cluster);
        stage.Authority.Renew(stage.Certificate, SiloStage.Name);
        (await ShownAsync(silo.Cluster)).ShouldNotBe(first);
        // And with it the next one joins.
        await JoinedAsync(stage);
        (await StatesAsync(stage)).ShouldBe([Active, Active]);
    }

    const int Active = 3;

    // Its silo starts beside its ports.
    static async Task<SiloProcess> JoinedAsync(SiloStage stage)
    {
        var silo = await stage.JoinAsync();
        using CancellationTokenSource patience = new(SiloStage.AgreesWithin);
        while ((await StatesAsync(stage)).Count(s => s is Active) < stage.Taking.Length || await silo.IsReadyAsync() is not true) await Task.Delay(100, patience.Token);
        return silo;
    }

    // What a silo shows to whoever comes, before it asks what he has to show.
    static async Task<string> ShownAsync(IPEndPoint at)
    {
        using TcpClient client = new();
        await client.ConnectAsync(at);
        var shown = "";
#pragma warning disable CA5359 // It is only looked at.
        await using SslStream tls = new(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) =>
#pragma warning restore CA5359
        {
            shown = ((X509Certificate2)certificate!).Thumbprint;
            return true;
        });
        await tls.AuthenticateAsClientAsync(SiloTls.NameOf("execution"));
        return shown;
    }

    static async Task<List<int>> StatesAsync(SiloStage stage)
    {
        await using var source = NpgsqlDataSource.Create(stage.Settings["ConnectionStrings:execution"]);
        await using var command = source.CreateCommand("SELECT status FROM silos ORDER BY start_time");
        await using var reader = await command.ExecuteReaderAsync();
        List<int> states = [];
        while (await reader.ReadAsync()) states.Add(reader.GetInt32(0));
        return states;
    }
}
