using Doseline.Platform.Messaging;
using Doseline.Quality.V1;
using Doseline.Shipping.Data;
using Google.Protobuf;

namespace Doseline.Shipping.Events;

/// <summary>Keeps outage authorisations as they came; each is verified when it is needed, not when it arrives.</summary>
public sealed class OutageCopies(ShippingDb db) : IFactHandler<OutageReleaseAuthorised>, IFactHandler<OutageReleaseReconciled>
{
    /// <inheritdoc/>
    public async Task HandleAsync(OutageReleaseAuthorised fact, Fact envelope, CancellationToken cancel)
    {
        if (await db.LoadAsync<OutageCopy>(cancel, fact.AuthorisationId) is not null) return;
        db.Put(new OutageCopy
        {
            Id = fact.AuthorisationId, SiteId = fact.SiteId, ExpireTime = fact.ExpireTime.ToDateTimeOffset(), Document = JsonFormatter.Default.Format(fact), Reconciled = false,
        });
    }

    /// <inheritdoc/>
    public async Task HandleAsync(OutageReleaseReconciled fact, Fact envelope, CancellationToken cancel)
    {
        var copy = await db.LoadAsync<OutageCopy>(cancel, fact.AuthorisationId)
            ?? throw new InvalidOperationException($"Outage authorisation {fact.AuthorisationId} has not arrived yet.");
        copy.Reconciled = true;
    }
}
