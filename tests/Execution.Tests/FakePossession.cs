using Doseline.Common.V1;
using Doseline.Inventory.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Execution.Tests;

/// <summary>Inventory's gate in place of Inventory: gives what is asked for, with Lu-177m as an impurity, and once per request id.</summary>
sealed class FakePossession : PossessionService.PossessionServiceClient
{
    /// <summary>Requests in order.</summary>
    public List<IssueToBatchRequest> Asked { get; } = [];

    /// <summary>When set, every issue is refused with it.</summary>
    public Refusal? Refuses { get; set; }

    public override AsyncUnaryCall<IssueToBatchResponse> IssueToBatchAsync(
        IssueToBatchRequest request, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default)
    {
        Asked.Add(request);
        if (Refuses is { } refusal) return Call(Task.FromException<IssueToBatchResponse>(RpcErrors.Exception("inventory", [refusal])));
        IssueToBatchResponse response = new() { TransactionId = $"move-{request.RequestId}", Activity = request.Activity };
        if (request.Activity is { } activity)
            response.Impurities.Add(new CalibratedActivity { Nuclide = "Lu-177m", ActivityBq = activity.ActivityBq * 1e-4, ReferenceTime = activity.ReferenceTime });
        return Call(Task.FromResult(response));
    }

    static AsyncUnaryCall<IssueToBatchResponse> Call(Task<IssueToBatchResponse> response) =>
        new(response, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
}
