using System.Collections;
using Doseline.Authority.Tests.Support;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Doseline.Authority.Tests.Matrix;

/// <summary>
/// Calls of a played day, each tried with something in it that does not exist, just before it is made as it was meant: it is refused by name and nothing is
/// changed, and the call as it was meant is taken. Which fields those are is read from the contracts.
/// </summary>
public sealed class PlayedCallTests(ITestOutputHelper output)
{
    // Fields that name something of master data or a lot, wherever they stand.
    static readonly HashSet<string> CodeNames =
    [
        "product_code", "material_code", "material_codes", "supplier_code", "customer_code", "customer_id", "nuclide", "nuclides", "lot_id", "recipe_code", "carrier_service_id",
        "test_code", "instrument_code", "equipment_code", "specification_id", "transferee_id", "template_id",
    ];

    // Where such a field is the name of what is made by the call.
    static readonly HashSet<string> Makes = ["PutProduct product.product_code", "PutMaterial material.material_code", "PutSupplier supplier.supplier_code"];

    // What one service keeps for a product or customer of another, and may be told first. It stands under exactly the name that was sent, and nothing is looked up by it
    // but by that name.
    static readonly HashSet<string> KeptFor =
    [
        "PutRecipe recipe.product_code", "PutCodingPolicy policy.product_code", "PutTemplate product_code", "PutBounds bounds.product_code", "PutSpecification product_code",
        "PutCarrierService service.customer_id", "PutProduct product.recipe_code",
    ];

    // What is asked only once the rest is in order; nobody looks at it in a call that holds nothing else.
    static readonly HashSet<string> NotAlone = ["PutTransferee transferee.transferee_id", "Reserve product_code", "TransferWaste transferee_id"];

    [Fact]
    [Requirement("A170", "A188")]
    public async Task No_method_takes_a_code_that_does_not_exist_and_none_is_mapped_to_one_that_does()
    {
        PlayedDay day = new(Unknown);
        await using var platform = await day.PlayAsync();
        List<string> wrong = [];
        foreach (var (method, name, status, refusals) in day.Answers)
        {
            var field = name.Split(' ')[0].Split('.')[^1].Split('[')[0];
            if (!Names(refusals, field)) wrong.Add($"{method.Descriptor.Name} {name}: {status} {string.Join(',', refusals.Select(r => $"{r.Code}@{r.Subject}"))}");
        }

        var tried = day.Answers.Select(a => $"{a.Method.Descriptor.Name} {a.Name.Split(' ')[0]}").Distinct().ToList();
        output.WriteLine($"tried: {string.Join("; ", tried)}");
        // What the day does not call is called with such a code and nothing else.
        var before = await Trails.CountsAsync(platform);
        List<string> alone = [];
        foreach (var method in platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values.Where(m => m.Policy.Mutates && !day.Met.Contains(m.Name)))
        {
            foreach (var (path, request) in CodeTests.With(method.Descriptor.InputType, f => f.FieldType is FieldType.String && CodeNames.Contains(f.Name), "NO-SUCH", []))
            {
                var place = $"{method.Descriptor.Name} {path}";
                if (Makes.Contains(place) || KeptFor.Contains(place) || NotAlone.Contains(place)) continue;
                method.RequestId!.Accessor.SetValue(request, TestPlatform.RequestId());
                method.Site?.Accessor.SetValue(request, "bos");
                if (method.Policy.Signature is not null) PlayedDay.Sign(platform, method, request);
                var caller = method.Policy.Signature is null ? CodeTests.Entitled(platform, method) : platform.UnsignedAs(PlayedDay.EntitledTo(method));
                var (status, refusals, _) = await RawCalls.CallAsync(caller, method, request);
                alone.Add(place);
                if (!Names(refusals, path.Split('.')[^1].Split('[')[0])) wrong.Add($"{place} alone: {status} {string.Join(',', refusals.Select(r => $"{r.Code}@{r.Subject}"))}");
            }
        }

        output.WriteLine($"not played: {string.Join("; ", alone)}");
        wrong.ShouldBeEmpty();
        day.Written.ShouldBeEmpty();
        (await Trails.CountsAsync(platform)).ShouldBe(before);
        tried.Count.ShouldBeGreaterThan(25);
    }

    static bool Names(IEnumerable<Refusal> refusals, string field) => refusals.Any(r => r.Subject.Contains(field, StringComparison.Ordinal)
        || r.Code.Contains("UNKNOWN", StringComparison.Ordinal) || r.Code.Contains("NO_RECIPE", StringComparison.Ordinal) || r.Code.Contains("OF_OTHER_PRODUCT", StringComparison.Ordinal));

    static IEnumerable<(string Name, Action<IMessage> Change)> Unknown(RpcMethod method, IMessage asked) =>
        from found in In(asked, "")
        where !Makes.Contains($"{method.Descriptor.Name} {found.Path}") && !KeptFor.Contains($"{method.Descriptor.Name} {found.Path}")
        // Another name, and such as a kind hand would map to the right one: in the other case, with a blank, cut, without its hyphen.
        from unknown in new[] { "NO-SUCH", Swapped(found.Value), found.Value + " ", found.Value[..^1], found.Value.Replace("-", "", StringComparison.Ordinal) + "x" }
        select ($"{found.Path} '{unknown}'", (Action<IMessage>)(request => Set(request, found.Path, unknown)));

    static string Swapped(string value) => string.Concat(value.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))) is var other && other != value ? other : value + value;

    // Places of such fields that the request fills, with what stands there.
    static IEnumerable<(string Path, string Value)> In(IMessage message, string prefix)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder().Where(f => !f.IsMap))
        {
            var value = field.Accessor.GetValue(message);
            // One of several alike stands for all.
            var (path, one) = value is IList list ? ($"{prefix}{field.Name}[0]", list.Count > 0 ? list[0] : null) : (prefix + field.Name, value);
            if (one is string { Length: > 1 } text && CodeNames.Contains(field.Name)) yield return (path, text);
            if (one is not IMessage inner) continue;
            foreach (var found in In(inner, path + ".")) yield return found;
        }
    }

    static void Set(IMessage message, string path, string value)
    {
        var names = path.Split('.');
        for (var i = 0; i < names.Length; i++)
        {
            var (name, indexed) = (names[i].Split('[')[0], names[i].Contains('[', StringComparison.Ordinal));
            var field = message.Descriptor.FindFieldByName(name);
            var held = field.Accessor.GetValue(message);
            if (i < names.Length - 1) message = indexed ? (IMessage)((IList)held)[0]! : (IMessage)held;
            else if (indexed) ((IList)held)[0] = value;
            else field.Accessor.SetValue(message, value);
        }
    }
}
