using System.Collections.Concurrent;
using Doseline.Inventory.V1;
using Doseline.Labeling.V1;
using Doseline.Load.Drive;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Doseline.Load.Play;

/// <summary>Who places orders and looks things up.</summary>
sealed class Desk(People people, Market market)
{
    /// <summary>Name of the read that asks for nothing.</summary>
    public const string NoCall = "empty call";

    /// <summary>Name of the read that asks whether a label is genuine.</summary>
    public const string Authenticity = "CheckAuthenticity";

    const int PageSize = 50;
    static readonly Marshaller<Empty> Void = Marshallers.Create(static m => m.ToByteArray(), Empty.Parser.ParseFrom);
    static readonly Method<Empty, Empty> Nothing = new(MethodType.Unary, "doseline.load.v1.Nothing", "Nothing", Void, Void);
    static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(25);

    readonly OrdersService.OrdersServiceClient[] orders = [.. people.Everywhere("supply_desk").Select(i => new OrdersService.OrdersServiceClient(i))];
    readonly PossessionService.PossessionServiceClient[] possession = [.. people.Everywhere("auditor").Select(i => new PossessionService.PossessionServiceClient(i))];
    readonly AuthenticityService.AuthenticityServiceClient[] labels = [.. people.Everywhere("auditor").Select(i => new AuthenticityService.AuthenticityServiceClient(i))];
    readonly CallInvoker[] anybody = people.Everywhere("auditor");
    readonly ConcurrentQueue<string> placed = [], untaken = [];
    int last;

    /// <summary>Places the next order.</summary>
    public Task<string> PlaceAsync()
    {
        var number = Interlocked.Increment(ref last);
        return OutcomeAsync(async deadline =>
        {
            var answer = await orders[number % orders.Length].PlaceOrderAsync(market.OrderOf(number), deadline: deadline);
            placed.Enqueue(answer.Order.OrderId);
            untaken.Enqueue(answer.Order.OrderId);
        });
    }

    /// <summary>The orders that were accepted since it was asked last.</summary>
    public IReadOnlyList<string> Taken()
    {
        List<string> taken = [];
        while (untaken.TryDequeue(out var id)) taken.Add(id);
        return taken;
    }

    /// <summary>Reads by name; the first asks nothing of anybody, as what the others are held against.</summary>
    /// <param name="site">Whose possession is asked for.</param>
    /// <param name="scans">Labels that are asked about.</param>
    public IReadOnlyDictionary<string, Func<int, Task<string>>> Reads(string site, IReadOnlyList<string> scans)
    {
        var ids = placed.ToArray();
        return new Dictionary<string, Func<int, Task<string>>>(StringComparer.Ordinal)
        {
            [NoCall] = n => NothingAsync(anybody[n % anybody.Length]),
            ["GetOrder"] = n => OutcomeAsync(async d => await orders[n % orders.Length].GetOrderAsync(new GetOrderRequest { OrderId = ids[n * 7919L % ids.Length] }, deadline: d)),
            ["ListOrders"] = n => OutcomeAsync(async d => await orders[n % orders.Length].ListOrdersAsync(new ListOrdersRequest { PageSize = PageSize }, deadline: d)),
            ["GetPossession"] = n => OutcomeAsync(async d => await possession[n % possession.Length].GetPossessionAsync(new GetPossessionRequest { SiteId = site }, deadline: d)),
            [Authenticity] = n => OutcomeAsync(async d =>
            {
                var answer = await labels[n % labels.Length].CheckAuthenticityAsync(new CheckAuthenticityRequest { Scan = scans[(int)(n * 7919L % scans.Count)] }, deadline: d);
                if (answer.Authenticity is not Labeling.V1.Authenticity.Valid) throw new RpcException(new Status(StatusCode.Aborted, answer.ReasonCode));
            }),
        };
    }

    // There and back, and nothing in between: the answer is that there is no such method. No exception is thrown for it on either side.
    static async Task<string> NothingAsync(CallInvoker invoker)
    {
        using var call = invoker.AsyncUnaryCall(Nothing, null, new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + CallTimeout), new Empty());
        await call.ResponseAsync.ContinueWith(static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return call.GetStatus().StatusCode is StatusCode.Unimplemented ? Tally.Ok : call.GetStatus().ToString();
    }

    static async Task<string> OutcomeAsync(Func<DateTime, Task> call)
    {
        try
        {
            await call(TimeProvider.System.GetUtcNow().UtcDateTime + CallTimeout);
            return Tally.Ok;
        }
        catch (RpcException fault)
        {
            return RpcErrors.Read(fault) is [var first, ..] ? $"{fault.StatusCode} {first.Code}" : $"{fault.StatusCode}";
        }
    }
}
