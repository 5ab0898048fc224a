using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Doseline.Gateway.Front;
using Doseline.Local;
using Doseline.Testing;
using Doseline.Testing.Watching;

namespace Doseline.Cluster.Tests.Rendered;

/// <summary>With exactly what the chart renders, on an installation in use, an order is placed at the console and its dose is planned.</summary>
public sealed class OrderTests
{
    static readonly TimeSpan ArrivesWithin = TimeSpan.FromMinutes(2);

    [Theory]
    [Requirement("A177", "A248")]
    [InlineData("values-small-site.yaml")]
    [InlineData("")]
    public async Task An_order_is_placed_at_the_console_and_everybody_reaches_whom_they_call(string values)
    {
        await using var platform = await RenderedPlatform.PrepareAsync(values);
        var used = await UsedInstallation.EnterAsync(platform);
        await platform.StartAsync([.. Modules.All().Select(m => m.Name)]);

        using Browser desk = new(platform.Way);
        await desk.SignInAsync("sam.delgado", used.Passwords.Of("sam.delgado"));
        JsonObject request = new()
        {
            ["requestId"] = Guid.NewGuid().ToString(), ["productCode"] = used.Order.Product, ["customerCode"] = used.Order.Customer, ["siteId"] = used.Order.Site,
            ["wanted"] = new JsonObject { ["productStandard"] = true }, ["windowStart"] = Local(used.Order.WindowStart, used.Order.WindowZone), ["windowEnd"] = Local(used.Order.WindowEnd, used.Order.WindowZone), ["patientToken"] = used.Order.PatientToken,
        };
        var (status, placed) = await desk.CallAsync("/doseline.orders.v1.OrdersService/PlaceOrder", request.ToJsonString());
        status.ShouldBe(HttpStatusCode.OK, placed?.ToJsonString() + platform.Said());
        var order = placed!["order"]!;
        ((string?)order["promise"]!["runId"]).ShouldNotBeNullOrEmpty();
        platform.Mesh.Calls[("orders", "execution")].ShouldBeGreaterThan(0);

        // By a ring and by reading: execution has a dose to make, which the operator sees.
        using Browser hotLab = new(platform.Way);
        await hotLab.SignInAsync("olive.park", used.Passwords.Of("olive.park"));
        await UntilAsync(async () =>
        {
            var (found, work) = await hotLab.CallAsync("/doseline.execution.v1.BatchRecordsService/ListWorkOrders", new JsonObject { ["siteId"] = used.Order.Site }.ToJsonString());
            found.ShouldBe(HttpStatusCode.OK, work?.ToJsonString());
            return work!["workOrders"]?.AsArray().Any(w => (string?)w!["orderId"] == (string?)order["orderId"]) is true;
        }, platform);

        // Who works under a procedure is asked about at Identity, from the service that is called.
        var (_, refused) = await hotLab.CallAsync("/doseline.execution.v1.BatchesService/CompleteStep", new JsonObject { ["requestId"] = Guid.NewGuid().ToString(), ["batchId"] = "none" }.ToJsonString());
        refused!.ToJsonString().ShouldNotContain("TRAINING_", Case.Sensitive, platform.Said());

        // Whatever is offered outside is answered by the service that has it, through both sidecars.
        List<string> away = [];
        foreach (var method in new FrontMethods().All.Where(m => !m.Streams))
        {
            var (answered, body) = await desk.CallAsync(method.Path);
            if (answered is HttpStatusCode.ServiceUnavailable or HttpStatusCode.InternalServerError or HttpStatusCode.NotImplemented) away.Add($"{method.Path}: {(int)answered} {body?.ToJsonString()}");
        }

        away.ShouldBeEmpty();

        // What each pod tells of itself, Prometheus takes.
        using HttpClient scraper = new();
        foreach (var (name, process) in platform.Processes)
        {
            var scrape = await scraper.GetStringAsync(new Uri(RenderedPlatform.Here((await process.ReadyAsync()).Probe), "/metrics"));
            scrape.ShouldContain("facts_waiting_now", Case.Sensitive, name);
            (await Promtool.FaultsAsync(scrape) ?? []).ShouldBeEmpty(name);
        }

        // Who is away is asked for again by the sidecar alone: nobody on the way asks twice.
        platform.Sidecars["execution"].AppGone();
        (long Orders, long Execution) Asked() => (platform.Mesh.Calls[("gateway", "orders")], platform.Mesh.Calls[("orders", "execution")]);
        var asked = Asked();
        request["requestId"] = Guid.NewGuid().ToString();
        (status, placed) = await desk.CallAsync("/doseline.orders.v1.OrdersService/PlaceOrder", request.ToJsonString());
        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        placed!.ToJsonString().ShouldContain("SERVICE_UNAVAILABLE");
        Asked().ShouldBe((asked.Orders + 1, asked.Execution + 1));
    }

    static JsonObject Local(DateTime local, string zone) => new() { ["dateTime"] = local.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture), ["zone"] = zone };

    static async Task UntilAsync(Func<Task<bool>> holds, RenderedPlatform platform)
    {
        using CancellationTokenSource patience = new(ArrivesWithin);
        while (!await holds())
        {
            patience.IsCancellationRequested.ShouldBeFalse(platform.Said());
            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }
    }
}
