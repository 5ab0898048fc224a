using System.Reflection;
using Doseline.Kernel.Rules;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace Doseline.SimulatedTime;

/// <summary>Lets a test ask the actors of a process, as a handler of facts in it would: <c>POST /actors/{interface}/{id}/{method}</c> with the message's bytes, answered with the answer's.</summary>
/// <remarks>A refusal is 409, or 503 where nothing is known of the turn; its codes are the body.</remarks>
public sealed class ActorControl : IStartupFilter
{
    const string Root = "/actors";

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, rest) => context.Request.Path.StartsWithSegments(Root, StringComparison.Ordinal, out var call) ? AskAsync(context, call.Value!.Split('/')) : rest(context));
        next(app);
    };

    static async Task AskAsync(HttpContext context, string[] call)
    {
        var kind = Assembly.GetEntryAssembly()!.GetType(call[1], throwOnError: true)!;
        var method = kind.GetMethod(call[3])!;
        var message = (IMessage)Activator.CreateInstance(method.GetParameters()[0].ParameterType)!;
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        message.MergeFrom(body.ToArray());
        var actor = context.RequestServices.GetRequiredService<IGrainFactory>().GetGrain(kind, call[2]);
        try
        {
            var turn = (Task)method.Invoke(actor, [message, context.RequestAborted])!;
            await turn;
            await context.Response.Body.WriteAsync(((IMessage)turn.GetType().GetProperty("Result")!.GetValue(turn)!).ToByteArray());
        }
        catch (RefusedException refused)
        {
            context.Response.StatusCode = refused.Refusals[0].Kind is RefusalKind.Unavailable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status409Conflict;
            await context.Response.WriteAsync(string.Join(' ', refused.Refusals.Select(r => r.Code)));
        }
    }
}
