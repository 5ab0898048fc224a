using Doseline.Inventory.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Doseline.Waste.Tests;

/// <summary>Inventory's gate in place of Inventory: lets waste in until it is told not to. What the real one says of rooms and licences is tried in Inventory's tests.</summary>
sealed class FakeInventory : MovesService.MovesServiceClient
{
    /// <summary>Moves in order.</summary>
    public List<MoveWasteRequest> Moves { get; } = [];

    /// <summary>Transfers in order.</summary>
    public List<TransferWasteRequest> Transfers { get; } = [];

    /// <summary>When set, everything is refused with it.</summary>
    public Refusal? Refuses { get; set; }

    /// <summary>Puts it in the place of Inventory.</summary>
    public void Replace(WebApplicationBuilder builder)
    {
        builder.Services.Replace(ServiceDescriptor.Scoped<MovesService.MovesServiceClient>(_ => this));
        builder.Services.Replace(ServiceDescriptor.Scoped<SitesService.SitesServiceClient>(_ => new Rooms()));
    }

    public override AsyncUnaryCall<MoveWasteResponse> MoveWasteAsync(MoveWasteRequest request, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default)
    {
        Moves.Add(request);
        return Call(() => new MoveWasteResponse { TransactionId = $"move-{request.RequestId}" });
    }

    public override AsyncUnaryCall<TransferWasteResponse> TransferWasteAsync(TransferWasteRequest request, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default)
    {
        Transfers.Add(request);
        return Call(() => new TransferWasteResponse
        {
            TransactionId = $"transfer-{request.RequestId}",
            Transferee = new Transferee { TransfereeId = request.TransfereeId, Authorisation = new TransfereeAuthorisation { Name = "Disposal Ltd", LicenceNumber = "L-9", EvidenceId = "DOC-17" } },
        });
    }

    AsyncUnaryCall<T> Call<T>(Func<T> response) =>
        Answer(Refuses is { } refusal ? Task.FromException<T>(RpcErrors.Exception("inventory", [refusal])) : Task.FromResult(response()));

    static AsyncUnaryCall<T> Answer<T>(Task<T> response) => new(response, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

    sealed class Rooms : SitesService.SitesServiceClient
    {
        static readonly string[] Open = ["hc-1", "waste", "cellar"];

        public override AsyncUnaryCall<ListRoomsResponse> ListRoomsAsync(ListRoomsRequest request, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default) =>
            Answer(Task.FromResult(new ListRoomsResponse { Rooms = { Open.Select(id => new Room { RoomId = id, SiteId = request.SiteId, Active = true }), new Room { RoomId = "closed", SiteId = request.SiteId } } }));
    }
}
