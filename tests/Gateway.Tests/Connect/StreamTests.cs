using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Doseline.Gateway.Tests.Support;

namespace Doseline.Gateway.Tests.Connect;

/// <summary>Server streams over the Connect protocol.</summary>
public sealed class StreamTests : IAsyncLifetime
{
    const string Watch = "/doseline.orders.v1.OrdersService/WatchOrders";

    FrontDoor door = null!;

    public async Task InitializeAsync() => door = await FrontDoor.OpenAsync();

    public async Task DisposeAsync() => await door.DisposeAsync();

    [Fact]
    public async Task A_stream_ends_with_its_own_error_when_its_time_is_over()
    {
        var (status, frames) = await StreamAsync("{}", door.Token("auditor"), milliseconds: 300);
        status.ShouldBe(200);
        var (flags, end) = frames[^1];
        flags.ShouldBe((byte)2);
        ((string?)JsonNode.Parse(end)!["error"]!["code"]).ShouldBe("deadline_exceeded");
    }

    [Fact]
    public async Task A_stream_without_a_token_ends_at_once_with_every_detail()
    {
        var (status, frames) = await StreamAsync("{}", token: null);
        status.ShouldBe(200);
        var error = JsonNode.Parse(frames.Single().Message)!["error"]!;
        ((string?)error["code"]).ShouldBe("unauthenticated");
        error["details"]!.AsArray().Select(d => (string)d!["type"]!).ShouldContain("doseline.common.v1.Refusals");
    }

    [Fact]
    public async Task A_field_at_fault_is_named_in_the_end_of_the_stream()
    {
        var (_, frames) = await StreamAsync("""{"site":"nj1"}""", door.Token("auditor"));
        Encoding.UTF8.GetString(frames.Single().Message).ShouldContain("FIELD_UNKNOWN");
    }

    [Fact]
    public async Task A_broken_frame_is_refused()
    {
        foreach (var body in new byte[][] { [], [0, 0, 0], [0, 0, 0, 0, 9, 1], [1, 0, 0, 0, 1, 1], [2, 0, 0, 0, 0], [128, 0, 0, 0, 0] })
        {
            var (_, frames) = await SendAsync(body, door.Token("auditor"), null);
            Encoding.UTF8.GetString(frames.Single().Message).ShouldContain("FRAME_MALFORMED");
        }
    }

    Task<(int Status, List<(byte Flags, byte[] Message)> Frames)> StreamAsync(string json, string? token, int? milliseconds = null) =>
        SendAsync(FrontDoor.Frame(Encoding.UTF8.GetBytes(json)), token, milliseconds);

    async Task<(int Status, List<(byte Flags, byte[] Message)> Frames)> SendAsync(byte[] body, string? token, int? milliseconds)
    {
        ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/connect+json");
        using var request = FrontDoor.Post(Watch, token, content);
        if (milliseconds is not null) request.Headers.Add("Connect-Timeout-Ms", $"{milliseconds}");
        using var response = await door.Http.SendAsync(request);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/connect+json");
        var bytes = await response.Content.ReadAsByteArrayAsync();
        List<(byte, byte[])> frames = [];
        for (var at = 0; at < bytes.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 1));
            frames.Add((bytes[at], bytes[(at + 5)..(at + 5 + length)]));
            at += 5 + length;
        }

        return ((int)response.StatusCode, frames);
    }
}
