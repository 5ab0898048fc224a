using System.Net;
using Doseline.Testing;

namespace Doseline.Cluster.Tests.Rendered;

/// <summary>With exactly what the chart renders, on an installation that nobody has used yet, a person signs in at the console and asks.</summary>
public sealed class SignInTests
{
    const string Password = "river stone 4 lantern";
    const string Ask = "/doseline.inventory.v1.SitesService/ListSites";

    [Theory]
    [Requirement("A248")]
    [InlineData("values-small-site.yaml")]
    [InlineData("")]
    public async Task A_person_signs_in_at_the_console_and_is_answered_by_a_service_behind_two_sidecars(string values)
    {
        await using var platform = await RenderedPlatform.PrepareAsync(values);
        await platform.StartAsync("identity", "inventory", "gateway");

        using Browser browser = new(platform.Way);
        ((bool?)(await browser.WhoAsync())["signedIn"]).ShouldBe(false, platform.Said());
        await browser.SignInAsync("admin", (await File.ReadAllTextAsync(platform.FirstPassword)).Trim().Split(' ')[1], Password);
        var who = await browser.WhoAsync();
        (((bool?)who["signedIn"]), (string?)who["name"]).ShouldBe((true, "First administrator"), platform.Said());
        (await browser.CallAsync(Ask)).Status.ShouldBe(HttpStatusCode.OK, platform.Said());
        platform.Mesh.Calls[("gateway", "inventory")].ShouldBeGreaterThan(0);
    }
}
