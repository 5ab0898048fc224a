using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Doseline.Testing;

namespace Doseline.Gateway.Tests.Tls;

/// <summary>A server with the same certificate that takes every version and suite there is, as none of ours may.</summary>
sealed class LaxServer : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly Process process;

    LaxServer(Process process, int port) => (this.process, Port) = (process, port);

    public int Port { get; }

    public static async Task<LaxServer> StartAsync(Certificates certificates)
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var (certificate, key) = (certificates.Settings["Tls:Certificate"], certificates.Settings["Tls:Key"]);
        var server = Process.Start(new ProcessStartInfo("openssl", $"s_server -accept 127.0.0.1:{port} -cert {certificate} -key {key} -cipher ALL:@SECLEVEL=0 -min_protocol TLSv1")
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        using CancellationTokenSource patience = new(Patience);
        while (await server.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            if (line.StartsWith("ACCEPT", StringComparison.Ordinal)) return new LaxServer(server, port);
        throw new InvalidOperationException($"openssl s_server did not start: {await server.StandardError.ReadToEndAsync(patience.Token)}");
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
