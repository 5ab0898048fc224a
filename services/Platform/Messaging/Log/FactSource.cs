using Doseline.Facts.V1;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Doseline.Platform.Hosting;
using Doseline.Platform.Rpc;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Messaging.Log;

/// <summary>Where a listener reads the log of a publisher.</summary>
public interface IFactSource
{
    /// <summary>Reads a page.</summary>
    /// <param name="listener">Listening service.</param>
    /// <param name="publisher">Publishing service.</param>
    /// <param name="after">Where the listener stands.</param>
    /// <param name="types">Types wanted; none to be told where the log ends.</param>
    /// <param name="until">Position up to which to read; null for the end of the log.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="PublisherAwayException">The log cannot be read now.</exception>
    Task<FactPage> ReadAsync(string listener, string publisher, LogPlace after, IReadOnlyCollection<string> types, long? until, CancellationToken cancel);

    /// <summary>True when the publisher is in this process.</summary>
    bool IsHere(string publisher);
}

/// <summary>Reads in process where the publisher is hosted here, and asks it by gRPC where it is not.</summary>
public sealed class FactSource(DatabaseTable databases, IServiceScopeFactory scopes, ServiceChannels channels, IServiceTokens tokens, Behalf behalf, PageSeal seal, MessagingMeter meter) : IFactSource
{
    // So that an answer to an earlier question, which once was right, is none to this one.
    const int NonceBytes = 16;

    /// <inheritdoc/>
    public bool IsHere(string publisher) => databases.Hosts(publisher);

    /// <inheritdoc/>
    public async Task<FactPage> ReadAsync(string listener, string publisher, LogPlace after, IReadOnlyCollection<string> types, long? until, CancellationToken cancel)
    {
        if (IsHere(publisher))
        {
            await using var scope = scopes.CreateAsyncScope();
            return await FactLog.ReadAsync(databases.Of(publisher, scope.ServiceProvider), after, types, until, FactLog.BytesMax, cancel);
        }

        try
        {
            FactsService.FactsServiceClient client = new(channels.To(publisher).Intercept(new ClientPipeline(listener, publisher, tokens, behalf, new RequestContext(), channels)));
            ReadFactsRequest asked = new() { Service = publisher, After = after.Position, AfterId = after.FactId, Types_ = { types }, Until = until ?? 0, Nonce = ByteString.CopyFrom(Entropy.Bytes(NonceBytes)) };
            var page = await client.ReadFactsAsync(asked, cancellationToken: cancel);
            if (!seal.Holds(publisher, page, asked.Nonce))
            {
                meter.Untrusted(publisher);
                throw new PublisherAwayException($"What came as the log of {publisher} after {after.Position} was not signed by it; nothing of it is used.");
            }

            if (page.Service != publisher || page.After != after.Position) throw new FactLogException($"{publisher} was asked for what follows {after.Position} and answered for {page.Service} {page.After}.");
            return FactPage.From(page);
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            throw new PublisherAwayException($"The log of {publisher} cannot be read: {fault.Status.Detail}", fault);
        }
    }
}

/// <summary>A publisher's log cannot be read now; what it holds is read later.</summary>
public sealed class PublisherAwayException(string message, Exception? inner = null) : Exception(message, inner);
