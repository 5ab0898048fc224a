using Doseline.Common.V1;
using Doseline.Platform.Signing;
using Google.Protobuf.Reflection;

namespace Doseline.EndToEnd.Tests.Slips;

/// <summary>Requests in which people say what they measured.</summary>
static class ContractRequests
{
    static readonly string[] Measures = ["volume_ml", "quantity", "raw_value", "number"];

    /// <summary>Requests whose figures nobody questions, and why.</summary>
    public static IReadOnlyDictionary<string, string> NotQuestioned { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ExpectReceiptRequest"] = "an announcement is what the receipt is held against",
        ["PlaceOrderRequest"] = "an order outside of what its product is made in is refused",
        ["RescheduleOrderRequest"] = "as the order",
        ["PlanRunRequest"] = "a plan is nothing measured",
        ["PutCustomerRequest"] = "limits of a licence are what others are held against",
        ["PutLicenceRequest"] = "limits of a licence are what others are held against",
    };

    /// <summary>Requests of methods that change something, with an activity, a volume, an amount, a value or a dose rate in them.</summary>
    public static IEnumerable<MessageDescriptor> Measured() => ContractMethods.All.Values
        .Where(m => ContractMethods.PolicyOf(m) is { Mutates: true } policy && policy.Roles.Any(r => !r.StartsWith("service:", StringComparison.Ordinal)))
        .Select(m => m.InputType).DistinctBy(m => m.FullName).Where(m => Has(m, []));

    static bool Has(MessageDescriptor message, HashSet<string> seen) => seen.Add(message.FullName) && message.Fields.InDeclarationOrder().Any(f =>
        f.FieldType is FieldType.Message ? f.MessageType == CalibratedActivity.Descriptor || Has(f.MessageType, seen)
        : f.FieldType is FieldType.Double or FieldType.Int64 or FieldType.String && (Measures.Contains(f.Name) || f.Name.Contains("dose_rate", StringComparison.Ordinal)));
}
