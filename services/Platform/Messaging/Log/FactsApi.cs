using Doseline.Facts.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Data;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Wire = Doseline.Facts.V1;

namespace Doseline.Platform.Messaging.Log;

/// <summary>Serves the logs of the services hosted here to those who listen to them: those of this process, and those that <c>Facts:Listeners</c> names.</summary>
public sealed class FactsApi(DatabaseTable databases, IServiceProvider scope, RequestContext caller, FactTable table, PageSeal seal, IConfiguration config) : FactsService.FactsServiceBase
{
    /// <inheritdoc/>
    public override async Task<Wire.ReadFactsResponse> ReadFacts(ReadFactsRequest request, ServerCallContext context)
    {
        RequireListener(request.Service);
        var page = await FactLog.ReadAsync(
            databases.Of(request.Service, scope), new LogPlace(request.After, request.AfterId), [.. request.Types_], request.Until > 0 ? request.Until : null, FactLog.BytesMax, context.CancellationToken);
        var answer = page.ToWire(request.Service);
        seal.Sign(request.Service, answer, request.Nonce);
        return answer;
    }

    void RequireListener(string publisher)
    {
        var listener = caller.Caller.Subject[Roles.ServicePrefix.Length..];
        string[] named = config["Facts:Listeners"]?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        if (named.Contains(listener, StringComparer.Ordinal) || table.ListenersOf(publisher).Contains(listener, StringComparer.Ordinal)) return;
        throw new RefusedException(Refusal.Denied($"facts/{publisher}", "NOT_A_LISTENER", $"{listener} does not listen to {publisher}.").With("listener", listener).With("publisher", publisher));
    }
}
