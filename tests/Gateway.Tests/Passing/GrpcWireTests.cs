using System.Net;
using Doseline.Gateway.Tests.Support;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Gateway.Tests.Passing;

/// <summary>gRPC as bytes on the wire, at the partners' door and at the services' own port: what no library of ours would send.</summary>
public sealed class GrpcWireTests : IAsyncLifetime
{
    // A list of numbers is its first field, texts are its second and third.
    const string ListOrders = "/doseline.orders.v1.OrdersService/ListOrders";

    static readonly HttpClient Http = new();

    FrontDoor door = null!;

    public async Task InitializeAsync() => door = await FrontDoor.OpenAsync();

    public async Task DisposeAsync() => await door.DisposeAsync();

    public static TheoryData<bool> Doors => [true, false];

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task A_timeout_of_nothing_is_over_and_one_that_cannot_be_read_is_refused(bool outside)
    {
        foreach (var nothing in new[] { "0S", "0m", "1n", "99n", "00000000H" }) (await CallAsync(outside, [], ("grpc-timeout", nothing))).Status.ShouldBe(StatusCode.DeadlineExceeded, nothing);
        foreach (var malformed in new[] { "", "S", "1", "-1S", "1.5S", "123456789S", "1x", "1 S" }) (await CallAsync(outside, [], ("grpc-timeout", malformed))).Status.ShouldBe(StatusCode.InvalidArgument, malformed);
        foreach (var enough in new[] { "20S", "99999999m", "1H", "99999999H" }) (await CallAsync(outside, [], ("grpc-timeout", enough))).Status.ShouldBe(StatusCode.OK, enough);
    }

    [Theory]
    [MemberData(nameof(Doors))]
    [Requirement("A184")]
    public async Task A_body_that_is_no_message_is_refused_with_its_reason(bool outside)
    {
        // A length beyond the end, a tag of field 0, a group that nobody ends, bytes that are no UTF-8 in a text.
        foreach (var body in new byte[][] { [0x0A, 50, 1], [0x00], [0x0B], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x12, 1, 0xE9] })
        {
            var (status, refusals) = await CallAsync(outside, body);
            status.ShouldBe(StatusCode.InvalidArgument, Convert.ToHexString(body));
            refusals.ShouldBe(["BODY_MALFORMED"]);
        }
    }

    async Task<(StatusCode Status, IReadOnlyList<string> Reasons)> CallAsync(bool outside, byte[] message, (string Name, string Value)? header = null)
    {
        var address = outside ? door.Platform.Host.PartnerAddress : door.Platform.Host.Services.GetRequiredService<ServiceChannels>().OwnAddress!;
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(address, ListOrders)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(FrontDoor.Frame(message)) { Headers = { ContentType = new("application/grpc") } } };
        request.Headers.TryAddWithoutValidation("authorization", "Bearer " + door.Token("auditor"));
        request.Headers.TryAddWithoutValidation("te", "trailers");
        if (header is var (name, value)) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await Http.SendAsync(request);
        await answer.Content.ReadAsByteArrayAsync();
        var fields = answer.Headers.Contains("grpc-status") ? answer.Headers : answer.TrailingHeaders;
        Metadata trailers = [];
        if (fields.TryGetValues("grpc-status-details-bin", out var details)) trailers.Add("grpc-status-details-bin", Convert.FromBase64String(Padded(details.Single())));
        var status = (StatusCode)int.Parse(fields.GetValues("grpc-status").Single(), System.Globalization.CultureInfo.InvariantCulture);
        return (status, [.. RpcErrors.Read(new RpcException(new Status(status, ""), trailers)).Select(r => r.Code)]);
    }

    static string Padded(string base64) => base64 + new string('=', (4 - base64.Length % 4) % 4);
}
