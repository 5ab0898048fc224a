using System.Collections;
using System.Collections.Concurrent;
using Doseline.Authority.Tests.Support;
using Doseline.Common.V1;
using Doseline.Inventory.V1;
using Doseline.Kernel.Rules;
using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Local.Simulation;
using Doseline.Orders.V1;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Doseline.Authority.Tests.Matrix;

/// <summary>A day is played, and two partners ask for all that was in it: the one whose customers ordered it has it, and to the other it does not exist.</summary>
public sealed class PartnerTests(ITestOutputHelper output)
{
    static readonly Caller Own = Callers.Person("own clinic", Roles.Partner), Other = Callers.Person("other clinic", Roles.Partner);

    [Fact]
    [Requirement("A178", "A239")]
    [Clause("21 CFR 11.10(d)", "21 CFR 11.10(g)")]
    public async Task A_partner_has_what_is_its_customers_and_nothing_of_others_whatever_the_method()
    {
        Recorder recorder = new();
        var input = DayFiles.Read(Path.Combine(Repository.Root, "samples", "day")).Only(["R001", "R023"], ["psma-2", "dota-1"]);
        await using var platform = await TestPlatform.StartAsync(
            configure: builder => builder.Services.AddSingleton(recorder).Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<Recorder>()), clock: new SimulatedClock(input.Start));
        var folder = Directory.CreateTempSubdirectory("doseline-day-").FullName;
        await new DayPlay(input, platform.Host, new DayProgress(Spectre.Console.AnsiConsole.Console, null), new DayJournal(Path.Combine(folder, "refused.json"))).RunAsync(default);
        var order = await NameAsync(platform);

        var before = await Trails.CountsAsync(platform);
        List<string> wrong = [];
        var tried = 0;
        foreach (var method in platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values.Where(m => m.Policy.Partner is PartnerReach.Customer).OrderBy(m => m.Name, StringComparer.Ordinal))
        {
            var (status, refusals, answer) = await AskAsync(platform, Other, method, recorder, order);
            // What it asks for by name is not there; a list or a watch is empty; a new order for another's customer is refused.
            if (status is not StatusCode.NotFound && !(status is StatusCode.OK && IsEmpty(answer)) && !refusals.Any(r => r.Code is "CUSTOMER_NOT_ALLOWED"))
                wrong.Add($"to the other {method.Name} answers {status} {string.Join(',', refusals.Select(r => r.Code))} {answer}");
            output.WriteLine($"{method.Name}: {status} {string.Join(',', refusals.Select(r => r.Code))}");
            tried++;
            if (method.Policy.Mutates) continue;
            (status, refusals, answer) = await AskAsync(platform, Own, method, recorder, order);
            // An appointment that has passed is refused for that, after it was looked whose it is.
            var passed = method.Descriptor.Name is "PreviewPromise" && refusals is [_, ..] && refusals.All(r => r.Code is not "CUSTOMER_NOT_ALLOWED" && r.Kind is not RefusalKind.Denied);
            if (!passed && (status is not StatusCode.OK || (IsEmpty(answer) && !method.Descriptor.Name.StartsWith("Watch", StringComparison.Ordinal))))
                wrong.Add($"to its own partner {method.Name} answers {status} {string.Join(',', refusals.Select(r => r.Code))}");
        }

        wrong.ShouldBeEmpty();
        tried.ShouldBeGreaterThan(14);
        (await Trails.CountsAsync(platform)).ShouldBe(before);
    }

    [Fact]
    [Requirement("A178")]
    public async Task An_answer_that_nobody_narrowed_is_not_sent_to_a_partner()
    {
        await using var platform = await TestPlatform.StartAsync();
        await new SitesService.SitesServiceClient(platform.As(Roles.MasterData)).PutSiteAsync(new PutSiteRequest { RequestId = TestPlatform.RequestId(), Site = new Site { SiteId = Callers.Site, Name = "Leiden", Zone = "Europe/Amsterdam" } });
        var methods = (ConcurrentDictionary<string, RpcMethod>)platform.Host.Services.GetRequiredService<MethodTable>().Methods;
        // A method that narrows nothing, said to be a partner's: what a mistake in a policy or in a service would be.
        foreach (var name in new[] { "/doseline.labeling.v1.TemplatesService/ListTemplates", "/doseline.inventory.v1.PossessionService/WatchPossession" })
        {
            var method = methods[name];
            var request = method.Descriptor.InputType.Parser.ParseFrom([]);
            method.Site?.Accessor.SetValue(request, Callers.Site);
            foreach (var (reach, refused) in new[] { (PartnerReach.Common, false), (PartnerReach.Customer, true) })
            {
                var policy = method.Policy.Clone();
                policy.Partner = reach;
                methods[name] = method with { Policy = policy };
                if (method.Descriptor.IsServerStreaming) (await WatchAsync(platform.UnsignedAs(Own))).ShouldBe(refused ? StatusCode.Internal : StatusCode.OK, name);
                else (await RawCalls.CallAsync(platform.UnsignedAs(Own), method, request)).Status.ShouldBe(refused ? StatusCode.Internal : StatusCode.OK, name);
            }
        }
    }

    static async Task<StatusCode> WatchAsync(CallInvoker partner)
    {
        using var watch = new PossessionService.PossessionServiceClient(partner).WatchPossession(new WatchPossessionRequest { SiteId = Callers.Site });
        try
        {
            return await watch.ResponseStream.MoveNext(default) ? StatusCode.OK : StatusCode.Unknown;
        }
        catch (RpcException fault)
        {
            return fault.StatusCode;
        }
    }

    // The customers of the day name the one partner, and one who ordered nothing names the other.
    static async Task<Order> NameAsync(TestPlatform platform)
    {
        CustomersService.CustomersServiceClient customers = new(platform.As(Roles.MasterData));
        var ordered = (await new OrdersService.OrdersServiceClient(platform.As(Roles.Auditor)).ListOrdersAsync(new ListOrdersRequest { PageSize = 500 })).Orders;
        var known = (await customers.ListCustomersAsync(new ListCustomersRequest { PageSize = 500 })).Customers;
        foreach (var customer in known)
        {
            customer.PartnerSubjects.Add(Own.Subject);
            await customers.PutCustomerAsync(new PutCustomerRequest { RequestId = TestPlatform.RequestId(), Customer = customer, Version = customer.Version, Reason = "contract 12" });
        }

        var nobodys = known[0].Clone();
        nobodys.PartnerSubjects.Clear();
        (nobodys.Code, nobodys.CustomerId, nobodys.Version) = ("ANOTHER", "", 0);
        nobodys.PartnerSubjects.Add(Other.Subject);
        await customers.PutCustomerAsync(new PutCustomerRequest { RequestId = TestPlatform.RequestId(), Customer = nobodys, Reason = "contract 13" });
        await platform.SettleAsync();
        return ordered.First(o => o is { CertificateId: not "", PackageId: not "", InvoiceId: not "" });
    }

    static Task<(StatusCode Status, IReadOnlyList<Refusal> Refusals, IMessage? Answer)> AskAsync(TestPlatform platform, Caller partner, RpcMethod method, Recorder recorder, Order order)
    {
        var type = method.Descriptor.InputType;
        var request = recorder.Requests.TryGetValue(method.Name, out var asked) && (method.Policy.Mutates || method.Descriptor.Name is "PreviewPromise") ? type.Parser.ParseFrom(asked.ToByteArray()) : type.Parser.ParseFrom([]);
        method.RequestId?.Accessor.SetValue(request, TestPlatform.RequestId());
        if (method.Descriptor.Name.StartsWith("List", StringComparison.Ordinal) || method.Descriptor.IsServerStreaming) return RawCalls.CallAsync(platform.UnsignedAs(partner), method, request);
        foreach (var (field, value) in new[]
        {
            ("order_id", order.OrderId), ("dose_id", order.DoseId), ("package_id", order.PackageId), ("invoice_id", order.InvoiceId), ("customer_id", order.CustomerId), ("customer_code", ""), ("product_code", order.ProductCode),
        })
        {
            if (type.FindFieldByName(field) is { FieldType: FieldType.String, IsRepeated: false } place) place.Accessor.SetValue(request, value);
        }

        return RawCalls.CallAsync(platform.UnsignedAs(partner), method, request);
    }

    // A list without a line, or a watch that shows nothing; the other's own customer is its own.
    static bool IsEmpty(IMessage? answer) => answer is null || answer is ListCustomersResponse { Customers: [{ Code: "ANOTHER" }] } || answer.Descriptor.Fields.InDeclarationOrder().All(field => field.Accessor.GetValue(answer) switch
    {
        IList list => list.Count == 0,
        IMessage => false,
        _ => true,
    });
}
