using Doseline.Operations.V1;

namespace Doseline.Platform.Operations;

/// <summary>What is not as it should be between a publisher and a receiver.</summary>
public enum ReconciliationFault
{
    /// <summary>The payload stored at the publisher no longer hashes to the hash recorded when it was published.</summary>
    AlteredAtPublisher,

    /// <summary>A handler of it has not seen it.</summary>
    Missing,

    /// <summary>A handler could not handle it yet.</summary>
    Waiting,

    /// <summary>A person gave it up for a handler.</summary>
    SetAside,

    /// <summary>A handler handled another payload under its id.</summary>
    AlteredOnTheWay,

    /// <summary>It changed the same record more than once.</summary>
    Doubled,
}

/// <summary>One line of a reconciliation that is not as it should be.</summary>
/// <param name="Publisher">Publishing service.</param>
/// <param name="FactId">Fact.</param>
/// <param name="Type">Fact type.</param>
/// <param name="Handler">Handler; empty when it is about the publisher alone.</param>
/// <param name="Fault">What it is.</param>
public sealed record ReconciliationFinding(string Publisher, string FactId, string Type, string Handler, ReconciliationFault Fault);

/// <summary>Compares what a service published with what its receivers did, by fact id and payload hash.</summary>
public static class Reconciliation
{
    /// <summary>Everything that is not as it should be.</summary>
    /// <param name="publisher">Publishing service.</param>
    /// <param name="facts">Facts it published in a span of time.</param>
    /// <param name="receipts">What every receiver did with them.</param>
    public static IReadOnlyList<ReconciliationFinding> Of(string publisher, IReadOnlyCollection<PublishedFact> facts, IEnumerable<Receipt> receipts)
    {
        var types = facts.ToDictionary(f => f.FactId, f => f, StringComparer.Ordinal);
        var atPublisher =
            from fact in facts
            where fact.DataHash != fact.RecomputedHash
            select new ReconciliationFinding(publisher, fact.FactId, fact.Type, "", ReconciliationFault.AlteredAtPublisher);
        var atReceivers =
            from receipt in receipts
            let fault = FaultOf(receipt.State)
            where fault is not null
            select new ReconciliationFinding(publisher, receipt.FactId, types[receipt.FactId].Type, receipt.Handler, fault.Value);
        return [.. atPublisher, .. atReceivers];
    }

    static ReconciliationFault? FaultOf(ReceiptState state) => state switch
    {
        ReceiptState.Handled => null,
        ReceiptState.Waiting => ReconciliationFault.Waiting,
        ReceiptState.SetAside => ReconciliationFault.SetAside,
        ReceiptState.Altered => ReconciliationFault.AlteredOnTheWay,
        ReceiptState.Doubled => ReconciliationFault.Doubled,
        _ => ReconciliationFault.Missing,
    };
}
