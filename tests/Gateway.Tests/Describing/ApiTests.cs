using System.Text.Json.Nodes;
using Doseline.Gateway.Describing;
using Doseline.Gateway.Front;
using Doseline.Gateway.Tests.Support;
using Doseline.Testing;
using Microsoft.OpenApi;

namespace Doseline.Gateway.Tests.Describing;

/// <summary>The description of the API is made of the contracts, and is whole.</summary>
public sealed class ApiTests
{
    static readonly FrontMethods Methods = new();
    static readonly ApiComments Comments = new();

    [Fact]
    [Requirement("A201")]
    public async Task The_document_is_openapi_3_1_that_its_own_reader_accepts()
    {
        using MemoryStream json = new(await new ApiDocument(Methods, Comments).JsonAsync());
        var (document, diagnostic) = await OpenApiDocument.LoadAsync(json, "json");
        diagnostic!.Errors.ShouldBeEmpty();
        diagnostic.SpecificationVersion.ShouldBe(OpenApiSpecVersion.OpenApi3_1);
        document!.Paths.Keys.ShouldBe(Methods.All.Select(m => m.Path), ignoreOrder: true);
    }

    [Fact]
    [Requirement("A228")]
    public async Task Every_method_says_what_it_does_and_who_may_and_every_reference_leads_somewhere()
    {
        var root = JsonNode.Parse(await new ApiDocument(Methods, Comments).JsonAsync())!;
        foreach (var (path, item) in root["paths"]!.AsObject())
        {
            var operation = item!["post"]!;
            ((string?)operation["summary"]).ShouldNotBeNullOrWhiteSpace(path);
            operation["x-doseline-policy"].ShouldNotBeNull(path);
        }

        foreach (var reference in References(root).Distinct())
        {
            reference.ShouldStartWith("#/");
            var target = reference[2..].Split('/').Aggregate((JsonNode?)root, (node, part) => node?[part]);
            target.ShouldNotBeNull(reference);
        }

        var place = root["components"]!["schemas"]!["doseline.orders.v1.PlaceOrderRequest"]!;
        ((bool?)place["additionalProperties"]).ShouldBe(false);
        ((string?)place["properties"]!["patientToken"]!["description"]).ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public void Nothing_in_the_contracts_is_without_a_comment()
    {
        Methods.All.Where(m => Comments.Of(m.Descriptor).Length == 0).Select(m => m.Path).ShouldBeEmpty();
        Methods.All.SelectMany(m => m.Descriptor.InputType.Fields.InDeclarationOrder()).Where(f => Comments.Of(f).Length == 0).Select(f => f.FullName).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_page_and_the_document_are_served_and_need_nothing_from_elsewhere()
    {
        await using var door = await FrontDoor.OpenAsync();
        var page = await door.Http.GetStringAsync(new Uri("/api", UriKind.Relative));
        page.ShouldContain("doseline.orders.v1.OrdersService/PlaceOrder");
        page.ShouldNotContain("http://");
        page.ShouldNotContain("<script");
        page.ShouldNotContain("style=\"");
        (await door.Http.GetStringAsync(new Uri("/api/style.css", UriKind.Relative))).ShouldContain("color-scheme");
        JsonNode.Parse(await door.Http.GetStringAsync(new Uri("/openapi.json", UriKind.Relative)))!["openapi"]!.ToString().ShouldStartWith("3.1");
    }

    static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == "$ref" ? [p.Value!.ToString()] : References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };
}
