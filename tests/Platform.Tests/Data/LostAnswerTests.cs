using System.Net;
using System.Net.Sockets;
using System.Text;
using Doseline.Execution.V1;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Npgsql;

namespace Doseline.Platform.Tests.Data;

/// <summary>A COMMIT that was carried out and whose answer never came.</summary>
public sealed class LostAnswerTests
{
    [Fact]
    [Requirement("A054")]
    public async Task A_call_whose_commit_was_not_answered_is_looked_up_and_gets_its_answer_once()
    {
        if (!TestDatabase.UsesPostgres) return;
        Cable? cable = null;
        await using var platform = await TestPlatform.StartAsync(configure: builder =>
        {
            cable = new Cable(builder.Configuration["ConnectionStrings:execution"]!);
            builder.Configuration["ConnectionStrings:execution"] = cable.ConnectionString;
        });
        await using var _ = cable!;
        var equipment = new EquipmentService.EquipmentServiceClient(platform.As("master_data_steward"));
        await equipment.PutEquipmentAsync(Put("before"));

        cable!.CutAfter("INSERT INTO \"requests\"");
        var put = Put("lost");
        var answer = await equipment.PutEquipmentAsync(put);
        cable.WasCut.ShouldBeTrue();
        (await equipment.PutEquipmentAsync(put)).ShouldBe(answer);
        (await equipment.ListEquipmentAsync(new ListEquipmentRequest())).Equipment.Select(e => e.Code).ShouldBe(["before", "lost"], ignoreOrder: true);
    }

    static PutEquipmentRequest Put(string code) => new()
    {
        RequestId = TestPlatform.RequestId(),
        Reason = "new",
        Equipment = new Equipment { Code = code, EquipmentClass = EquipmentClass.HotCell, SiteId = "PHX", RoomId = "R1", QualificationDueTime = TestPlatform.Start.AddDays(30).ToWire(), CalibrationDueTime = TestPlatform.Start.AddDays(30).ToWire(), ClearanceLimitBq = 1e6 },
    };

    /// <summary>The way to a server, which can be cut so that the server still does what it was last told.</summary>
    sealed class Cable : IAsyncDisposable
    {
        readonly TcpListener listener = new(IPAddress.Loopback, 0);
        readonly CancellationTokenSource end = new();
        readonly UnixDomainSocketEndPoint server;
        readonly Task accepting;
        byte[]? word;

        public Cable(string connectionString)
        {
            NpgsqlConnectionStringBuilder to = new(connectionString);
            server = new UnixDomainSocketEndPoint($"{to.Host}/.s.PGSQL.5432");
            listener.Start();
            to.Host = "127.0.0.1";
            to.Port = ((IPEndPoint)listener.LocalEndpoint).Port;
            ConnectionString = to.ToString();
            accepting = AcceptAsync();
        }

        public string ConnectionString { get; }

        public bool WasCut { get; private set; }

        public void CutAfter(string text) => word = Encoding.UTF8.GetBytes(text);

        public async ValueTask DisposeAsync()
        {
            await end.CancelAsync();
            listener.Stop();
            await accepting;
            end.Dispose();
        }

        async Task AcceptAsync()
        {
            try
            {
                while (true) _ = ServeAsync(await listener.AcceptSocketAsync(end.Token));
            }
            catch (Exception over) when (over is OperationCanceledException or SocketException)
            {
                // The test is over.
            }
        }

        async Task ServeAsync(Socket client)
        {
            using var own = client;
            using Socket far = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await far.ConnectAsync(server, end.Token);
            using CancellationTokenSource answers = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
            var back = CopyAsync(far, client, _ => Task.FromResult(false), answers.Token);
            await CopyAsync(client, far, async sent =>
            {
                if (word is not { } awaited || sent.Span.IndexOf(awaited) < 0) return false;
                // What was sent arrives and is carried out; nothing comes back.
                (word, WasCut) = (null, true);
                await answers.CancelAsync();
                await far.SendAsync(sent, end.Token);
                await Task.Delay(300, end.Token);
                return true;
            }, end.Token);
            await answers.CancelAsync();
            await back;
        }

        static async Task CopyAsync(Socket from, Socket to, Func<ReadOnlyMemory<byte>, Task<bool>> cut, CancellationToken cancel)
        {
            var buffer = new byte[64 * 1024];
            try
            {
                while (await from.ReceiveAsync(buffer, cancel) is var count and > 0)
                {
                    if (await cut(buffer.AsMemory(0, count))) return;
                    await to.SendAsync(buffer.AsMemory(0, count), cancel);
                }
            }
            catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // One of the two ends is gone.
            }
        }
    }
}
