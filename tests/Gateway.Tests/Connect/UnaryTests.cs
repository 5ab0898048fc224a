using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using Doseline.Gateway.Tests.Support;
using Doseline.Inventory.V1;
using Doseline.Testing;
using Google.Protobuf;

namespace Doseline.Gateway.Tests.Connect;

/// <summary>One call, one answer: the Connect protocol with JSON and with protobuf.</summary>
public sealed class UnaryTests : IAsyncLifetime
{
    const string Sites = "/doseline.inventory.v1.SitesService/";
    const string Site = """{"requestId":"r-1","reason":"set up","site":{"siteId":"nj1","name":"New Jersey","zone":"America/New_York"}}""";

    FrontDoor door = null!;
    string steward = "";

    public async Task InitializeAsync()
    {
        door = await FrontDoor.OpenAsync();
        steward = door.Token("master_data_steward");
    }

    public async Task DisposeAsync() => await door.DisposeAsync();

    [Fact]
    [Requirement("A116", "A201")]
    public async Task What_is_written_as_json_is_read_as_protobuf_and_the_other_way_round()
    {
        var put = await door.CallAsync(Sites + "PutSite", steward, Site);
        put.Status.ShouldBe(200);
        ((string?)put.Json["site"]!["version"]).ShouldBe("1");

        using var request = FrontDoor.Post(Sites + "ListSites", steward, Proto(new ListSitesRequest()));
        using var response = await door.Http.SendAsync(request);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/proto");
        var listed = ListSitesResponse.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync());
        listed.Sites.Single().Name.ShouldBe("New Jersey");
        var direct = await new SitesService.SitesServiceClient(door.Platform.As("auditor")).ListSitesAsync(new ListSitesRequest());
        listed.ShouldBe(direct);
    }

    [Fact]
    [Requirement("A201")]
    public async Task The_same_request_again_gets_the_same_answer_whatever_it_is_written_in()
    {
        var first = await door.CallAsync(Sites + "PutSite", steward, Site);
        PutSiteRequest same = JsonParser.Default.Parse<PutSiteRequest>(Site);
        using var request = FrontDoor.Post(Sites + "PutSite", steward, Proto(same));
        using var response = await door.Http.SendAsync(request);
        PutSiteResponse.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync()).ShouldBe(JsonParser.Default.Parse<PutSiteResponse>(first.Body));
    }

    [Fact]
    public async Task What_changes_nothing_may_be_asked_by_get()
    {
        await door.CallAsync(Sites + "PutSite", steward, Site);
        foreach (var query in new[] { "connect=v1&encoding=json&message=%7B%7D", "connect=v1&encoding=json&base64=1&message=e30", "encoding=proto&message=" })
        {
            using HttpRequestMessage request = new(HttpMethod.Get, $"{Sites}ListSites?{query}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", steward);
            var reply = await Reply.ReadAsync(await door.Http.SendAsync(request));
            reply.Status.ShouldBe(200, query);
            reply.Body.ShouldContain("New Jersey");
            reply.Headers.CacheControl!.NoStore.ShouldBeTrue();
        }

        using HttpRequestMessage change = new(HttpMethod.Get, $"{Sites}PutSite?encoding=json&message={Uri.EscapeDataString(Site)}");
        (await Reply.ReadAsync(await door.Http.SendAsync(change))).Status.ShouldBe(405);
    }

    [Fact]
    public async Task A_compressed_request_is_taken()
    {
        using MemoryStream packed = new();
        await using (GZipStream zip = new(packed, CompressionLevel.Fastest, leaveOpen: true)) await zip.WriteAsync(Encoding.UTF8.GetBytes(Site));
        ByteArrayContent content = new(packed.ToArray());
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var request = FrontDoor.Post(Sites + "PutSite", steward, content);
        (await Reply.ReadAsync(await door.Http.SendAsync(request))).Status.ShouldBe(200);
    }

    [Fact]
    [Requirement("A184")]
    public async Task Every_field_at_fault_is_named_at_once()
    {
        var reply = await door.CallAsync(Sites + "PutSite", steward, """{"requestId":"r-1","sity":1,"site":{"siteId":5,"nme":"x","nearLimitFraction":"a lot","version":1.5}}""");
        reply.Status.ShouldBe(400);
        reply.Code.ShouldBe("invalid_argument");
        reply.Reasons.ShouldBe([
            ("FIELD_UNKNOWN", "sity"), ("FIELD_MALFORMED", "site.site_id"), ("FIELD_UNKNOWN", "site.nme"), ("FIELD_MALFORMED", "site.near_limit_fraction"), ("FIELD_MALFORMED", "site.version"),
        ]);
    }

    [Theory]
    [Requirement("A184")]
    [InlineData("""{"requestId":"a","requestId":"b"}""", "JSON_MALFORMED")]
    [InlineData("""{"requestId":"a",}""", "JSON_MALFORMED")]
    [InlineData("[]", "JSON_MALFORMED")]
    [InlineData("\"text\"", "JSON_MALFORMED")]
    [InlineData("not json", "JSON_MALFORMED")]
    [InlineData("{}", "REQUEST_ID_MISSING")]
    [InlineData("", "JSON_MALFORMED")]
    [InlineData("""{"\ud800":1}""", "TEXT_MALFORMED")]
    [InlineData("""{"requestId":"\udc00"}""", "TEXT_MALFORMED")]
    [InlineData("""{"requestId":"\ufffd"}""", "TEXT_MALFORMED")]
    public async Task A_body_that_means_nothing_certain_is_refused(string body, string code)
    {
        var reply = await door.CallAsync(Sites + "PutSite", steward, body);
        reply.Status.ShouldBe(400);
        reply.Reasons[0].Code.ShouldBe(code);
    }

    [Fact]
    public async Task A_refusal_of_a_service_arrives_whole()
    {
        var reply = await door.CallAsync("/doseline.orders.v1.OrdersService/PlaceOrder", door.Token("supply_desk"), """{"requestId":"r-2"}""");
        reply.Status.ShouldBe(400);
        reply.Reasons.Count.ShouldBeGreaterThan(3);
        var types = reply.Json["details"]!.AsArray().Select(d => (string)d!["type"]!).ToList();
        types.ShouldContain("google.rpc.BadRequest");
        types.ShouldContain("google.rpc.ErrorInfo");
    }

    [Fact]
    public async Task No_token_a_wrong_one_and_a_wrong_role_are_told_apart()
    {
        (await door.CallAsync(Sites + "ListSites", null, "{}")).ShouldSatisfyAllConditions(r => r.Status.ShouldBe(401), r => r.Code.ShouldBe("unauthenticated"));
        (await door.CallAsync(Sites + "ListSites", "not.a.token", "{}")).Status.ShouldBe(401);
        (await door.CallAsync(Sites + "PutSite", door.Token("auditor"), Site)).ShouldSatisfyAllConditions(r => r.Status.ShouldBe(403), r => r.Code.ShouldBe("permission_denied"));
    }

    [Theory]
    [InlineData("/doseline.inventory.v1.SitesService/Nothing")]
    [InlineData("/doseline.nothing.v1.NothingService/Do")]
    [InlineData("/doseline.inventory.v1.PossessionService/IssueToBatch")]
    public async Task A_method_that_is_not_offered_is_unimplemented(string path)
    {
        var reply = await door.CallAsync(path, steward, "{}");
        reply.Status.ShouldBe(404);
        reply.Code.ShouldBe("unimplemented");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=latin1")]
    [InlineData("application/connect+json")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=\"latin1\"")]
    public async Task Another_content_type_is_refused_and_told_what_is_taken(string type)
    {
        StringContent content = new(Site);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var request = FrontDoor.Post(Sites + "PutSite", steward, content);
        var reply = await Reply.ReadAsync(await door.Http.SendAsync(request));
        reply.Status.ShouldBe(415);
        reply.Headers.GetValues("Accept-Post").Single().ShouldContain("application/json");
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_also_when_it_only_unpacks_to_one()
    {
        var large = $$"""{"requestId":"{{new string('x', 1024 * 1024)}}"}""";
        var plain = await door.CallAsync(Sites + "PutSite", steward, large);
        plain.ShouldSatisfyAllConditions(r => r.Code.ShouldBe("resource_exhausted"), r => r.Reasons[0].Code.ShouldBe("BODY_TOO_LARGE"));

        using MemoryStream packed = new();
        await using (GZipStream zip = new(packed, CompressionLevel.Fastest, leaveOpen: true)) await zip.WriteAsync(Encoding.UTF8.GetBytes(large));
        ByteArrayContent content = new(packed.ToArray());
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var request = FrontDoor.Post(Sites + "PutSite", steward, content);
        (await Reply.ReadAsync(await door.Http.SendAsync(request))).Reasons[0].Code.ShouldBe("BODY_TOO_LARGE");
    }

    [Theory]
    [InlineData("Connect-Protocol-Version", "2", "PROTOCOL_VERSION_UNKNOWN")]
    [InlineData("Connect-Timeout-Ms", "soon", "TIMEOUT_MALFORMED")]
    [InlineData("Connect-Timeout-Ms", "12345678901", "TIMEOUT_MALFORMED")]
    public async Task A_header_that_cannot_be_kept_is_refused(string name, string value, string code)
    {
        using var request = FrontDoor.Post(Sites + "ListSites", steward, new StringContent("{}", Encoding.UTF8, "application/json"));
        request.Headers.Add(name, value);
        var reply = await Reply.ReadAsync(await door.Http.SendAsync(request));
        reply.ShouldSatisfyAllConditions(r => r.Status.ShouldBe(400), r => r.Reasons[0].Code.ShouldBe(code));
    }

    [Theory]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("Application/JSON;charset=utf-8")]
    public async Task A_content_type_may_be_written_in_each_way_that_means_it(string type)
    {
        using var request = FrontDoor.Post(Sites + "ListSites", steward, new ByteArrayContent("{}"u8.ToArray()));
        request.Content!.Headers.TryAddWithoutValidation("Content-Type", type);
        (await Reply.ReadAsync(await door.Http.SendAsync(request))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("application/json", "TEXT_MALFORMED")]
    [InlineData("application/proto", "BODY_MALFORMED")]
    public async Task Bytes_that_are_no_utf8_are_text_nowhere(string type, string code)
    {
        // {"requestId":"?"} with a byte of Windows-1252 in it; and field 1 of the same request, as protobuf.
        byte[] body = type is "application/json" ? [.. "{\"requestId\":\""u8, 0xE9, .. "\"}"u8] : [0x0A, 1, 0xE9];
        using var request = FrontDoor.Post(Sites + "PutSite", steward, new ByteArrayContent(body));
        request.Content!.Headers.ContentType = new(type);
        var reply = await Reply.ReadAsync(await door.Http.SendAsync(request));
        reply.ShouldSatisfyAllConditions(r => r.Status.ShouldBe(400), r => r.Reasons[0].Code.ShouldBe(code));
    }

    [Fact]
    [Requirement("A184")]
    public async Task Whoever_is_not_known_is_told_so_before_a_body_is_read_and_what_is_wrong_a_thousand_times_is_told_some_times()
    {
        var names = "{" + string.Join(',', Enumerable.Range(0, 50_000).Select(i => $"\"n{i}\":1")) + "}";
        var unknown = await door.CallAsync(Sites + "ListSites", null, names);
        unknown.ShouldSatisfyAllConditions(r => r.Status.ShouldBe(401), r => r.Headers.WwwAuthenticate.Single().Scheme.ShouldBe("Bearer"));
        var reply = await door.CallAsync(Sites + "ListSites", steward, names);
        reply.ShouldSatisfyAllConditions(r => r.Status.ShouldBe(400), r => r.Reasons[0].Code.ShouldBe("FIELD_UNKNOWN"));
        ((int)reply.Json["details"]!.AsArray().Single(d => (string?)d!["type"] == "doseline.common.v1.Refusals")!["debug"]!["leftOut"]! + reply.Reasons.Count).ShouldBe(50);

        var states = "{\"states\":[" + string.Join(',', Enumerable.Repeat("77", 20_000)) + "]}";
        (await door.CallAsync("/doseline.orders.v1.OrdersService/ListOrders", door.Token("supply_desk"), states)).Reasons.ShouldBe([("LIST_TOO_LONG", "states")]);
    }

    [Theory]
    [InlineData("PUT", "ListSites", "GET, POST")]
    [InlineData("DELETE", "PutSite", "POST")]
    [InlineData("GET", "PutSite", "POST")]
    public async Task Another_verb_is_told_which_are_taken(string verb, string method, string allowed)
    {
        using HttpRequestMessage request = new(new HttpMethod(verb), Sites + method);
        using var answer = await door.Http.SendAsync(request);
        ((int)answer.StatusCode, string.Join(", ", answer.Content.Headers.Allow)).ShouldBe((405, allowed));
    }

    [Fact]
    public async Task A_get_in_an_encoding_that_nobody_knows_is_refused_and_told_what_is_taken()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, Sites + "ListSites?connect=v1&encoding=yaml&message=");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", steward);
        using var answer = await door.Http.SendAsync(request);
        ((int)answer.StatusCode).ShouldBe(415);
        answer.Headers.GetValues("Accept-Post").Single().ShouldContain("application/json");
    }

    [Fact]
    public async Task A_deadline_that_has_passed_ends_the_call()
    {
        using var request = FrontDoor.Post(Sites + "ListSites", steward, new StringContent("{}", Encoding.UTF8, "application/json"));
        request.Headers.Add("Connect-Timeout-Ms", "0");
        var reply = await Reply.ReadAsync(await door.Http.SendAsync(request));
        reply.ShouldSatisfyAllConditions(r => r.Status.ShouldBe(504), r => r.Code.ShouldBe("deadline_exceeded"));
    }

    static ByteArrayContent Proto(IMessage message)
    {
        ByteArrayContent content = new(message.ToByteArray());
        content.Headers.ContentType = new("application/proto");
        return content;
    }
}
