using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Doseline.Common.V1;
using Doseline.Execution.V1;
using Doseline.Orders.V1;
using Doseline.Shipping.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Cluster.Tests.Silos;

/// <summary>
/// Doses that are ordered, shipped and delivered without a pause, or left to expire, each step told to whichever replica comes next and told again
/// until it is answered, as facts are. A step that was carried out twice, or not at all, shows in the number of versions.
/// </summary>
/// <param name="silos">Replicas that take calls now.</param>
/// <param name="orders">Orders with a reservation, one a dose.</param>
sealed class SiloLoad(Func<IReadOnlyList<SiloProcess>> silos, ConcurrentQueue<string> orders) : IDisposable
{
    const string Actor = "Doseline.Execution.Actors.IDoseGrain";

    // Every so many doses one is left to expire.
    const int LostEvery = 4;

    static readonly TimeSpan ExpiresAfter = TimeSpan.FromSeconds(4);

    readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(15) };
    readonly ConcurrentQueue<TimeSpan> waits = new();
    int next;

    /// <summary>Doses that were delivered, by their orders.</summary>
    public ConcurrentQueue<string> Delivered { get; } = new();

    /// <summary>Doses that were left to expire, by their orders, and when that is.</summary>
    public ConcurrentDictionary<string, DateTimeOffset> Expiring { get; } = new(StringComparer.Ordinal);

    /// <summary>Steps that were answered.</summary>
    public int Answers => waits.Count;

    /// <summary>Calls that were not, and were made again.</summary>
    public int Repeated { get; private set; }

    /// <summary>The longest that a step had to wait for its answer.</summary>
    public TimeSpan Longest => waits.IsEmpty ? TimeSpan.Zero : waits.Max();

    /// <summary>Forgets the waits so far, so that what comes next is seen by itself.</summary>
    public void Mark() => waits.Clear();

    /// <summary>Tells until it is told to stop; a dose that was begun is finished.</summary>
    public Task RunAsync(int workers, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(async () =>
    {
        while (!stop.IsCancellationRequested && orders.TryDequeue(out var order)) await LiveAsync(order);
    })));

    /// <summary>The dose of an order.</summary>
    public static string DoseOf(string order) => Kernel.Ids.Id.From("dose", order);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    async Task LiveAsync(string order)
    {
        var dose = DoseOf(order);
        var now = DateTimeOffset.UtcNow;
        var expires = Interlocked.Increment(ref next) % LostEvery == 0;
        var expire = expires ? now + ExpiresAfter : now.AddDays(1);
        await TellAsync(dose, "AcceptAsync", AcceptedOf(order, now, expire));
        if (expires)
        {
            Expiring[order] = expire;
            return;
        }

        var package = $"package-{order}";
        var shipped = await TellAsync(dose, "ShipAsync", new PackageShipped { PackageId = package, PackageNumber = package, Carrier = "courier", ShipTime = Timestamp.FromDateTimeOffset(now) });
        shipped.State.ShouldBeOneOf(DoseState.Shipped, DoseState.Delivered);
        (await TellAsync(dose, "DeliverAsync", new PackageDelivered { PackageId = package, DeliveryTime = Timestamp.FromDateTimeOffset(now), Recipient = "clinic", Intact = true })).State.ShouldBe(DoseState.Delivered);
        Delivered.Enqueue(order);
    }

    // The same step, to one replica after another, until one of them answers.
    async Task<DoseTurn> TellAsync(string dose, string method, IMessage fact)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var all = silos();
            var silo = all[Random.Shared.Next(all.Count)];
            try
            {
                using ByteArrayContent body = new(fact.ToByteArray());
                using var answer = await http.PostAsync(new Uri(silo.Probe, $"/actors/{Actor}/{dose}/{method}"), body);
                var bytes = await answer.Content.ReadAsByteArrayAsync();
                if (answer.StatusCode is HttpStatusCode.OK)
                {
                    waits.Enqueue(Stopwatch.GetElapsedTime(began));
                    return DoseTurn.Parser.ParseFrom(bytes);
                }
            }
            catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or IOException)
            {
                // Gone, frozen, or starting: nothing is known of the step.
            }

            Repeated++;
            await Task.Delay(50);
        }
    }

    static OrderAccepted AcceptedOf(string order, DateTimeOffset now, DateTimeOffset expire)
    {
        var later = Timestamp.FromDateTimeOffset(now.AddHours(20));
        return new OrderAccepted
        {
            OrderId = order, ProductCode = "P", ProductVersion = 1, SiteId = "BOS", CustomerId = "C", ToleranceFraction = 0.1, WindowZone = "UTC", ReservationId = ReservationOf(order), RunId = Run,
            Wanted = new CalibratedActivity { Nuclide = "Lu-177", ActivityBq = 7.4e9, ReferenceTime = later },
            WindowStartTime = later, WindowEndTime = later, EndOfSynthesisTime = later, ReleaseByTime = later, CutoffTime = later, DeliveryTime = later, RecipeCode = "R",
            ExpireTime = Timestamp.FromDateTimeOffset(expire),
        };
    }

    /// <summary>The run of every dose.</summary>
    public const string Run = "run";

    /// <summary>The reservation of an order.</summary>
    public static string ReservationOf(string order) => Kernel.Ids.Id.From("reservation", order);
}
