using Doseline.Platform.Rpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Hosting;

/// <summary>Where a host listens, known once its ports are open.</summary>
sealed class HostListening
{
    readonly TaskCompletionSource known = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A door is open a moment before the host knows where it listens itself: whoever comes then waits for that, and is not failed.</summary>
    public async Task WaitAsync(HttpContext context, RequestDelegate next)
    {
        if (!known.Task.IsCompleted) await known.Task.WaitAsync(context.RequestAborted);
        await next(context);
    }

    /// <summary>Tells those that call within the process: modules of one process call each other there, unless configuration says where else they live.</summary>
    /// <param name="app">The host, whose ports are open.</param>
    /// <param name="hasWeb">True when it has a web port.</param>
    public void Tell(WebApplication app, bool hasWeb)
    {
        // In the order in which they were opened: app, probe, web.
        Uri?[] addresses = [.. app.Urls.Select(url => Uri.TryCreate(url, UriKind.Absolute, out var address) ? address : null)];
        var channels = app.Services.GetRequiredService<ServiceChannels>();
        channels.OwnAddress = addresses.ElementAtOrDefault(0);
        if (hasWeb) channels.WebAddress = addresses.ElementAtOrDefault(2);
        known.SetResult();
    }
}
