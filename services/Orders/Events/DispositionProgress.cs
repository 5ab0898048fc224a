using Doseline.Orders.Data;
using Doseline.Platform.Messaging;
using Doseline.Quality.V1;

namespace Doseline.Orders.Events;

/// <summary>Follows Quality's disposition of an order's dose.</summary>
public sealed class DispositionProgress(OrdersDb db) : IFactHandler<DoseDispositionChanged>
{
    /// <inheritdoc/>
    public async Task HandleAsync(DoseDispositionChanged fact, Fact envelope, CancellationToken cancel)
    {
        if (await db.OfFactAsync(fact.OrderId, cancel) is not { } row) return;
        // The newest disposition counts, whichever comes last.
        var at = fact.SignatureTime?.ToDateTimeOffset() ?? envelope.Time;
        if (row.DispositionTime > at) return;
        row.DispositionTime = at;
        var released = fact.To is Disposition.Released or Disposition.ConditionallyReleased;
        row.Conditional = fact.To is Disposition.ConditionallyReleased;
        row.ReleaseTime = released ? at : null;
        row.CertificateId = released ? fact.CertificateId : "";
        row.Settle();
    }
}
