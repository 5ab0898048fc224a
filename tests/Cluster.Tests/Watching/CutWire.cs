using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Doseline.Cluster.Tests.Watching;

/// <summary>The wire between services and their PostgreSQL, which can be cut: then nobody listens there, and what was connected is closed.</summary>
sealed class CutWire : IAsyncDisposable
{
    readonly NpgsqlConnectionStringBuilder server;
    readonly ConcurrentDictionary<Socket, bool> open = new();
    readonly int port;
    Socket? listener;

    /// <summary>Lays it.</summary>
    /// <param name="connection">A connection string to the server.</param>
    public CutWire(string connection)
    {
        server = new NpgsqlConnectionStringBuilder(connection);
        listener = Listen(0);
        port = ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    /// <summary>A connection string that goes over it.</summary>
    public string Over(string connection) => new NpgsqlConnectionStringBuilder(connection) { Host = "127.0.0.1", Port = port, Timeout = 5 }.ToString();

    /// <summary>Cuts it.</summary>
    public void Cut()
    {
        listener?.Dispose();
        listener = null;
        foreach (var socket in open.Keys) socket.Dispose();
    }

    /// <summary>Mends it.</summary>
    public void Mend() => listener = Listen(port);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Cut();
        return ValueTask.CompletedTask;
    }

    Socket Listen(int at)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, at));
        socket.Listen();
        _ = AcceptAsync(socket);
        return socket;
    }

    async Task AcceptAsync(Socket from)
    {
        try
        {
            while (true)
            {
                var near = await from.AcceptAsync();
                var far = server.Host!.StartsWith('/') ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
                open[near] = open[far] = true;
                await far.ConnectAsync(server.Host.StartsWith('/') ? new UnixDomainSocketEndPoint(Path.Combine(server.Host, $".s.PGSQL.{server.Port}")) : new DnsEndPoint(server.Host, server.Port));
                _ = PumpAsync(near, far);
                _ = PumpAsync(far, near);
            }
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // As it was meant.
        }
    }

    async Task PumpAsync(Socket from, Socket to)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            while (await from.ReceiveAsync(buffer) is > 0 and var count) await to.SendAsync(buffer.AsMemory(0, count));
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // One end is gone, so is the other.
        }

        open.TryRemove(from, out _);
        from.Dispose();
        to.Dispose();
    }
}
