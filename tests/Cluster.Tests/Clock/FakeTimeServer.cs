using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Doseline.Cluster.Tests.Clock;

/// <summary>A time server on loopback that is as far off as it is told, or says that it does not know.</summary>
sealed class FakeTimeServer : IAsyncDisposable
{
    static readonly DateTimeOffset Era = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    readonly UdpClient socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    readonly CancellationTokenSource over = new();
    readonly Task serving;

    public FakeTimeServer(TimeSpan ahead)
    {
        Ahead = ahead;
        serving = Task.Run(ServeAsync);
    }

    /// <summary>How far it is ahead of the machine.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>Stratum; 0 is "do not use me".</summary>
    public byte Stratum { get; set; } = 2;

    /// <summary>True to answer another question than was asked.</summary>
    public bool Forged { get; set; }

    /// <summary>As configuration names it.</summary>
    public string Address => $"127.0.0.1:{((IPEndPoint)socket.Client.LocalEndPoint!).Port}";

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await serving;
        socket.Dispose();
        over.Dispose();
    }

    async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var asked = await socket.ReceiveAsync(over.Token);
                var answer = new byte[48];
                answer[0] = 0b_00_100_100;
                answer[1] = Stratum;
                asked.Buffer.AsSpan(40, 8).CopyTo(answer.AsSpan(24));
                if (Forged) answer[24] ^= 1;
                Write(answer, 32);
                Write(answer, 40);
                await socket.SendAsync(answer, asked.RemoteEndPoint, over.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    void Write(byte[] packet, int at)
    {
        var since = DateTimeOffset.UtcNow + Ahead - Era;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(at), (uint)(long)since.TotalSeconds);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(at + 4), (uint)(since.Ticks % TimeSpan.TicksPerSecond / (double)TimeSpan.TicksPerSecond * 0x1_0000_0000));
    }
}
