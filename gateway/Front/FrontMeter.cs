using System.Diagnostics.Metrics;
using System.Globalization;
using Doseline.Platform.Telemetry;
using Grpc.Core;

namespace Doseline.Gateway.Front;

/// <summary>What people and partners get for their calls, counted where they get it (meter <c>Doseline.Gateway</c>): also when there is nobody behind the gateway who could count.</summary>
/// <remarks>A refusal with reasons is an answer, and of who gave up nothing is known.</remarks>
public sealed class FrontMeter : IMeasure, IDisposable
{
    static readonly object Status = new();

    readonly FrontMethods methods;
    readonly Meter meter = new("Doseline.Gateway");
    readonly Counter<long> calls;
    bool begun;

    /// <summary>Makes the instrument.</summary>
    public FrontMeter(FrontMethods methods)
    {
        this.methods = methods;
        calls = meter.CreateCounter<long>("gateway_calls", "{call}", "Calls from outside by method, answered or failed.");
    }

    /// <summary>Keeps how a call ended, for whoever counts it; what is not told ended well.</summary>
    public static void Ended(HttpContext context, StatusCode status) => context.Items[Status] = status;

    /// <summary>Answers a call, and counts it.</summary>
    public async Task CountAsync(HttpContext context, RequestDelegate answer)
    {
        try
        {
            await answer(context);
        }
        catch
        {
            Ended(context, StatusCode.Internal);
            throw;
        }
        finally
        {
            // What nobody serves would be a series for every word that somebody types.
            if (!context.RequestAborted.IsCancellationRequested && methods.Find(context.Request.Path) is { } method)
                calls.Add(1, Tags(method.Path, IsFailure(StatusOf(context))));
        }
    }

    /// <inheritdoc/>
    public Task MeasureAsync(CancellationToken cancel)
    {
        // What changes something is a series before the first call of it, or the first that fails would be no step in any.
        if (begun) return Task.CompletedTask;
        begun = true;
        foreach (var method in methods.All.Where(m => m.Policy.Mutates))
        {
            foreach (var failed in (bool[])[false, true]) calls.Add(0, Tags(method.Path, failed));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    // A response of trailers only, our own among them, says it in its headers.
    static StatusCode StatusOf(HttpContext context) => context.Items.TryGetValue(Status, out var ended) ? (StatusCode)ended!
        : int.TryParse(context.Response.Headers["grpc-status"], CultureInfo.InvariantCulture, out var status) ? (StatusCode)status : StatusCode.OK;

    static bool IsFailure(StatusCode status) => status is StatusCode.Internal or StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Unknown or StatusCode.DataLoss;

    static KeyValuePair<string, object?>[] Tags(string method, bool failed) => [new("rpc_method", method), new("outcome", failed ? "failed" : "answered")];
}
