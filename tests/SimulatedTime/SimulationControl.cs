using System.Globalization;
using Doseline.Platform.Actors;
using Doseline.Platform.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Doseline.SimulatedTime;

/// <summary>Lets whoever moves the clock also pump a process's work, and says on standard output where the process listens.</summary>
/// <remarks>
/// <c>POST /simulation/pump</c> does what waits and answers how much that was; <c>POST /simulation/sweep</c> delivers what is due;
/// <c>GET /simulation/next</c> answers the ticks of the next deadline, or nothing.
/// </remarks>
public sealed class SimulationControl(IHostApplicationLifetime lifetime, IServer server) : IStartupFilter
{
    /// <summary>First word of the line that says where the process listens; the addresses follow.</summary>
    public const string ListeningWord = "simulation-listening";

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next)
    {
        lifetime.ApplicationStarted.Register(() =>
            Console.WriteLine($"{ListeningWord} {string.Join(' ', server.Features.Get<IServerAddressesFeature>()!.Addresses)}"));
        return app =>
        {
            app.Use((context, rest) => context.Request.Path.StartsWithSegments("/simulation", StringComparison.Ordinal, out var verb) ? AnswerAsync(context, verb) : rest(context));
            next(app);
        };
    }

    static async Task AnswerAsync(HttpContext context, PathString verb)
    {
        var cancel = context.RequestAborted;
        var answer = verb.Value switch
        {
            "/pump" => await LookAsync(context.RequestServices, cancel),
            "/sweep" => await AllAsync(context.RequestServices.GetServices<IReminderPump>(), cancel),
            "/next" => await NextAsync(context.RequestServices.GetServices<IReminderPump>(), cancel),
            _ => null,
        };
        await context.Response.WriteAsync(answer?.ToString(CultureInfo.InvariantCulture) ?? "", cancel);
    }

    // Everybody looks, as after the time without a ring: a ring may have been lost.
    static Task<long?> LookAsync(IServiceProvider services, CancellationToken cancel)
    {
        foreach (var publisher in services.GetRequiredService<FactTable>().Pairs.Select(p => p.Publisher).Distinct()) services.GetRequiredService<Bell>().Ring(publisher);
        return AllAsync(services.GetServices<IPump>(), cancel);
    }

    static async Task<long?> AllAsync(IEnumerable<IPump> all, CancellationToken cancel)
    {
        var pumps = all.ToList();
        var done = 0L;
        var before = -1L;
        while (done > before)
        {
            before = done;
            foreach (var pump in pumps) done += await pump.PumpAsync(cancel);
        }

        return done;
    }

    static async Task<long?> NextAsync(IEnumerable<IReminderPump> pumps, CancellationToken cancel)
    {
        DateTimeOffset? next = null;
        foreach (var pump in pumps)
        {
            if (await pump.NextAsync(cancel) is { } due && (next is null || due < next)) next = due;
        }

        return next?.UtcTicks;
    }
}
