using Doseline.Authority.Tests.Matrix;
using Doseline.Kernel.Rules;
using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Local.Simulation;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Authority.Tests.Support;

/// <summary>Plays part of the sample day and, before the first call of each method that changes something, asks for variants of that very call.</summary>
/// <param name="variants">The same request with something else in it, each with what it is called; none for a method that is of no interest.</param>
sealed class PlayedDay(Func<RpcMethod, IMessage, IEnumerable<(string Name, Action<IMessage> Change)>> variants) : Interceptor
{
    readonly HashSet<string> met = [];
    TestPlatform platform = null!;
    bool asking;

    /// <summary>What each variant was answered, for calls that were then taken as they were meant.</summary>
    public List<(RpcMethod Method, string Name, StatusCode Status, IReadOnlyList<Refusal> Refusals)> Answers { get; } = [];

    /// <summary>Methods that changed something on that day.</summary>
    public IReadOnlySet<string> Met => met;

    /// <summary>What a variant wrote all the same.</summary>
    public List<string> Written { get; } = [];

    /// <summary>Plays.</summary>
    public async Task<TestPlatform> PlayAsync()
    {
        var input = DayFiles.Read(Path.Combine(Repository.Root, "samples", "day")).Only(["R001", "R023", "R048", "R053", "R062"], ["psma-2", "dota-1", "psma-3"]);
        platform = await TestPlatform.StartAsync(
            configure: builder => builder.Services.AddSingleton(this).Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<PlayedDay>()), clock: new SimulatedClock(input.Start));
        var folder = Directory.CreateTempSubdirectory("doseline-day-").FullName;
        await new DayPlay(input, platform.Host, new DayProgress(Spectre.Console.AnsiConsole.Console, null), new DayJournal(Path.Combine(folder, "refused.json"))).RunAsync(default);
        return platform;
    }

    /// <summary>Somebody with every role that a method names.</summary>
    public static Platform.Auth.Caller EntitledTo(RpcMethod method)
    {
        string[] people = [.. method.Policy.Roles.Where(r => !r.StartsWith("service:", StringComparison.Ordinal))];
        return Callers.Person("entitled", people is [] ? [Roles.Auditor] : people);
    }

    /// <summary>Puts the signatures on a request that its method asks for; one that was blank in <paramref name="asked"/> stays so.</summary>
    public static void Sign(TestPlatform platform, RpcMethod method, IMessage request, IMessage? asked = null)
    {
        foreach (var (field, second) in new[] { ("signature", false), ("second_signature", true) })
        {
            if (method.Descriptor.InputType.FindFieldByName(field) is not { } place || (asked is not null && place.Accessor.GetValue(asked) is "")) continue;
            place.Accessor.SetValue(request, platform.Signer.Sign(second ? TestSigner.Witness : EntitledTo(method), method.Name, request, second: second));
        }
    }

    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var method = platform.Host.Services.GetRequiredService<MethodTable>().Methods[context.Method];
        if (asking || !method.Policy.Mutates || met.Contains(method.Name)) return await continuation(request, context);
        asking = true;
        List<(RpcMethod, string, StatusCode, IReadOnlyList<Refusal>)> answers = [];
        try
        {
            foreach (var (name, change) in variants(method, (IMessage)request))
            {
                var before = await Trails.CountsAsync(platform);
                var (status, refusals) = await SendAsync(method, (IMessage)request, change);
                answers.Add((method, name, status, refusals));
                if (!(await Trails.CountsAsync(platform)).SequenceEqual(before)) Written.Add($"{method.Name} {name}");
            }
        }
        finally
        {
            asking = false;
        }

        var response = await continuation(request, context);
        // Only one that would have been taken shows that it was the variant that was refused.
        if (met.Add(method.Name)) Answers.AddRange(answers);
        return response;
    }

    async Task<(StatusCode Status, IReadOnlyList<Refusal> Refusals)> SendAsync(RpcMethod method, IMessage asked, Action<IMessage> change)
    {
        var request = method.Descriptor.InputType.Parser.ParseFrom(asked.ToByteArray());
        method.RequestId!.Accessor.SetValue(request, TestPlatform.RequestId());
        change(request);
        if (method.Policy.Signature is not null) Sign(platform, method, request, asked);
        var (status, refusals, _) = await RawCalls.CallAsync(platform.UnsignedAs(EntitledTo(method)), method, request);
        return (status, refusals);
    }
}
