using Doseline.Audit.V1;
using Doseline.Kernel.Ids;
using Grpc.Core;

namespace Doseline.Local.Cli.Audit;

/// <summary>Has a trail sealed and exported by the service that has it.</summary>
static class TrailClient
{
    /// <summary>Seals what is not sealed yet.</summary>
    /// <returns>The head over it; null when the trail has no row.</returns>
    public static async Task<TreeHead?> SealAsync(AuditService.AuditServiceClient client, string service, CancellationToken cancel)
    {
        try
        {
            // Made of the head before it: asked again without an answer, it is the same call; once there is a new head, it is another.
            var before = await HeadAsync(client, service, cancel);
            var id = Id.From("seal", service, before?.TreeId ?? "", before?.Signature ?? "");
            return (await client.SealTrailAsync(new SealTrailRequest { RequestId = id, Service = service }, cancellationToken: cancel)).Head;
        }
        catch (RpcException nothing) when (nothing.StatusCode is StatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>The latest head; null when there is none.</summary>
    public static async Task<TreeHead?> HeadAsync(AuditService.AuditServiceClient client, string service, CancellationToken cancel)
    {
        try
        {
            return (await client.GetTreeHeadAsync(new GetTreeHeadRequest { Service = service }, cancellationToken: cancel)).Head;
        }
        catch (RpcException none) when (none.StatusCode is StatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Writes an export to a stream.</summary>
    public static async Task ExportAsync(AuditService.AuditServiceClient client, ExportTrailRequest request, Stream to, CancellationToken cancel)
    {
        using var call = client.ExportTrail(request, cancellationToken: cancel);
        await foreach (var piece in call.ResponseStream.ReadAllAsync(cancel)) await to.WriteAsync(piece.Content.Memory, cancel);
    }
}
