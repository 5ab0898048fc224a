using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Doseline.Testing;

namespace Doseline.EndToEnd.Tests;

/// <summary>What one caller can cost: the whole platform in a process that gets half a gigabyte of heap and no more, and whatever may be sent to make it need it.</summary>
public sealed class HardLimitTests : IAsyncLifetime, IDisposable
{
    const string HeapMax = "0x20000000"; // 512 MiB
    const string ListOrders = "/doseline.orders.v1.OrdersService/ListOrders";
    const int BytesMax = 1024 * 1024;
    const int AtOnce = 16;
    const int Rounds = 3;
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    readonly string folder = Directory.CreateTempSubdirectory("doseline-heap-").FullName;
    readonly HttpClient http = new() { Timeout = Patience };
    readonly StringBuilder said = new();
    Process process = null!;
    string token = "";

    public async Task InitializeAsync()
    {
        var keys = $"--Keys:Directory={Path.Combine(folder, "keys")}";
        var (app, probe, web) = (FreePort(), FreePort(), FreePort());
        http.BaseAddress = new Uri($"http://127.0.0.1:{web}");
        process = SampleDay.Start(
            start => start.Environment["DOTNET_GCHeapHardLimit"] = HeapMax, folder, $"--Ports:App={app}", $"--Ports:Probe={probe}", $"--Ports:Web={web}", "--Ports:Grpc=0", keys, "--Development:Tokens=true", $"--Data:Directory={folder}",
            "--Gateway:Limits:person:PerSecond=100000", "--Gateway:Limits:person:Burst=100000");
        process.OutputDataReceived += (_, line) => said.AppendLine(line.Data);
        process.ErrorDataReceived += (_, line) => said.AppendLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        for (var began = Stopwatch.GetTimestamp(); !await IsUpAsync();)
        {
            (process.HasExited || Stopwatch.GetElapsedTime(began) > Patience).ShouldBeFalse(said.ToString());
            await Task.Delay(200);
        }

        token = (await SampleDay.RunAsync(folder, "token", "--role", "supply_desk", keys)).Output.Trim().Split('\n')[^1].Trim();
    }

    public void Dispose() => http.Dispose();

    public async Task DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    [Requirement("A184")]
    public async Task Whatever_is_sent_many_at_a_time_is_dealt_with_in_half_a_gigabyte_and_the_next_call_is_answered()
    {
        (await SendAsync(Json("{}"), signedIn: true)).ShouldBe(HttpStatusCode.OK, said.ToString());
        foreach (var (what, make) in Heavy())
        {
            foreach (var signedIn in new[] { false, true })
            {
                for (var round = 0; round < Rounds; round++)
                {
                    var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => SendAsync(make(), signedIn)));
                    process.HasExited.ShouldBeFalse($"{what}: {said}");
                    answers.ShouldAllBe(a => (int)a < 500, $"{what}, signed in {signedIn}: {string.Join(' ', answers)}");
                }
            }

            (await SendAsync(Json("{}"), signedIn: true)).ShouldBe(HttpStatusCode.OK, what);
        }
    }

    // Each as large as is taken, and one that would be larger.
    static IEnumerable<(string What, Func<HttpContent> Make)> Heavy()
    {
        var names = "{" + string.Join(',', Enumerable.Range(0, 90_000).Select(n => $"\"n{n:x5}\":1")) + "}";
        yield return ("unknown names", () => Json(names));
        var numbers = "{\"states\":[" + string.Join(',', Enumerable.Range(0, 170_000).Select(n => 10_000 + n % 10_000)) + "]}";
        yield return ("numbers that no enumeration has", () => Json(numbers));
        var nested = string.Concat(Enumerable.Repeat("{\"a\":[", BytesMax / 6));
        yield return ("depth", () => Json(nested));
        var text = $"{{\"customerId\":\"{new string('x', BytesMax - 100)}\"}}";
        yield return ("a long text", () => Json(text));
        // Field 1, states, packed: two bytes a number.
        byte[] packed = [0x0a, 0xf8, 0xff, 0x3f, .. Enumerable.Repeat((byte)0xff, 0xffff8).Select((b, at) => at % 2 == 0 ? b : (byte)0x7f)];
        yield return ("a million packed numbers", () => Typed(packed, "application/proto"));
        yield return ("more than is taken", () => Json(new string(' ', 3 * BytesMax)));
        using MemoryStream small = new();
        using (GZipStream zip = new(small, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[BytesMax];
            for (var i = 0; i < 200; i++) zip.Write(zeros);
        }

        var bomb = small.ToArray();
        yield return ("a small thing that unpacks to much", () =>
        {
            var content = Typed(bomb, "application/json");
            content.Headers.ContentEncoding.Add("gzip");
            return content;
        });
    }

    async Task<HttpStatusCode> SendAsync(HttpContent content, bool signedIn)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, ListOrders) { Content = content };
        if (signedIn) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var answer = await http.SendAsync(request);
            return answer.StatusCode;
        }
        catch (HttpRequestException closed) when (closed.InnerException is IOException)
        {
            // What is larger than is taken is not read to its end: the connection closes before the answer is seen.
            return HttpStatusCode.RequestEntityTooLarge;
        }
    }

    async Task<bool> IsUpAsync()
    {
        try
        {
            using var answer = await http.GetAsync(new Uri("/session", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    static HttpContent Json(string text) => new StringContent(text, Encoding.UTF8, "application/json");

    static ByteArrayContent Typed(byte[] bytes, string type) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };

    static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
