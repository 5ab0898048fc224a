using System.Globalization;
using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Doseline.Local.Simulation;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Doseline.EndToEnd.Tests.Slips;

/// <summary>A figure that was typed wrong.</summary>
/// <param name="Method">Method.</param>
/// <param name="Field">Field.</param>
/// <param name="Right">As it should be.</param>
/// <param name="Factor">What it was typed with.</param>
/// <param name="Caught">True when it was questioned, or refused for what it is.</param>
public sealed record Slip(string Method, string Field, double Right, double Factor, bool Caught);

/// <summary>People who type each figure wrong in every way before they type it right. A wrong one goes with a second look at a field that nobody asked about, so that it is refused whatever it is, and the refusal says whether it was questioned.</summary>
sealed class SlippingHands(ISimulation platform, List<Slip> slips) : ISimulation
{
    /// <inheritdoc/>
    public SimulatedClock Clock => platform.Clock;

    /// <inheritdoc/>
    public IServiceProvider Services => platform.Services;

    /// <inheritdoc/>
    public CallInvoker As(string name, IReadOnlyList<string> roles, params IReadOnlyList<string> sites) => platform.As(name, roles, sites).Intercept(new Hands(slips));

    /// <inheritdoc/>
    public Task SettleAsync(CancellationToken cancel = default) => platform.SettleAsync(cancel);

    /// <inheritdoc/>
    public Task AdvanceToAsync(DateTimeOffset until, CancellationToken cancel = default) => platform.AdvanceToAsync(until, cancel);

    sealed class Hands(List<Slip> slips) : Interceptor
    {
        // A decimal point one place off, and one unit for the next: MBq for GBq, uL for mL, uSv for mSv.
        static readonly double[] Factors = [10, 0.1, 1000, 0.001];

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            var message = (IMessage)request;
            if (message.Descriptor.FindFieldByName("second_look") is null) return continuation(request, context);
            var answer = AnswerAsync();
            return new AsyncUnaryCall<TResponse>(answer, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

            async Task<TResponse> AnswerAsync()
            {
                foreach (var (field, right, set) in Figures.Of(message))
                {
                    foreach (var factor in Factors)
                    {
                        var wrong = Figures.Copy(message);
                        set(wrong, right * factor);
                        wrong.Descriptor.FindFieldByName("request_id").Accessor.SetValue(wrong, TestPlatform.RequestId());
                        wrong.Descriptor.FindFieldByName("signature")?.Accessor.SetValue(wrong, "");
                        wrong.Descriptor.FindFieldByName("second_look").Accessor.SetValue(wrong, new SecondLook { Fields = { "nothing" }, Reason = "typed in a hurry" });
                        var codes = await RefusedAsync(continuation((TRequest)wrong, context).ResponseAsync);
                        slips.Add(new Slip(context.Method.Name, field, right, factor, codes.Any(code => code is not "SECOND_LOOK_NOT_ASKED")));
                        // A refusal for anything but the figure would show nothing.
                        codes.ShouldAllBe(code => code == "SECOND_LOOK_NOT_ASKED" || code == Plausible.Code || Figures.Impossible.Contains(code), $"{context.Method.Name} {field}");
                    }
                }

                return await continuation(request, context).ResponseAsync;
            }
        }

        static async Task<IReadOnlyList<string>> RefusedAsync(Task call)
        {
            var fault = await Should.ThrowAsync<RpcException>(() => call);
            return [.. RpcErrors.Read(fault).Select(r => r.Code)];
        }
    }
}

/// <summary>The figures in a request that somebody measured.</summary>
static class Figures
{
    /// <summary>What a figure is refused with that cannot be at all.</summary>
    public static IReadOnlyList<string> Impossible { get; } = ["ACTIVITY_NOT_LEFT", "VOLUME_NOT_LEFT", "DOSE_RATES_SWAPPED", "ROOM_LIMIT_EXCEEDED", "LICENCE_LIMIT_EXCEEDED"];

    static readonly string[] Names = ["activity_bq", "volume_ml", "quantity", "number", "raw_value", "surface_dose_rate_nsv_per_hour", "one_meter_dose_rate_nsv_per_hour"];

    public static IMessage Copy(IMessage of) => of.Descriptor.Parser.ParseFrom(of.ToByteArray());

    /// <summary>Each figure: its field, its value, and what sets it in a copy.</summary>
    public static IEnumerable<(string Field, double Value, Action<IMessage, double> Set)> Of(IMessage message, string path = "", Func<IMessage, IMessage>? reach = null)
    {
        reach ??= root => root;
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder().Where(f => f.RealContainingOneof is not { } one || one.Accessor.GetCaseFieldDescriptor(message) == f))
        {
            var name = path + field.Name;
            if (field.FieldType is FieldType.Message && field.IsRepeated && !field.IsMap)
            {
                var list = (System.Collections.IList)field.Accessor.GetValue(message);
                for (var i = 0; i < list.Count; i++)
                {
                    var at = i;
                    foreach (var inner in Of((IMessage)list[at]!, $"{name}[{at}].", root => (IMessage)((System.Collections.IList)field.Accessor.GetValue(reach(root)))[at]!)) yield return inner;
                }
            }
            else if (field.FieldType is FieldType.Message && !field.IsMap && field.Accessor.GetValue(message) is IMessage part)
            {
                foreach (var inner in Of(part, $"{name}.", root => (IMessage)field.Accessor.GetValue(reach(root)))) yield return inner;
            }
            else if (Names.Contains(field.Name) && Number(field, message) is { } value and not 0)
            {
                yield return (name, value, (root, wrong) => field.Accessor.SetValue(reach(root), Typed(field, wrong)));
            }
        }
    }

    static double? Number(FieldDescriptor field, IMessage message) => field.Accessor.GetValue(message) switch
    {
        double number => number,
        long number => number,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    static object Typed(FieldDescriptor field, double value) => field.FieldType switch
    {
        FieldType.Double => value,
        FieldType.Int64 => (long)Math.Round(value),
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
