using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Doseline.Platform.Hosting;

/// <summary>Asks a time server how far our clock is off: SNTP version 4, RFC 4330. Ours because no kept package for it can be had.</summary>
static class TimeServer
{
    const int PacketBytes = 48;
    static readonly DateTimeOffset Era = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The offset: the server's time minus ours.</summary>
    /// <param name="server">Host, or host:port; the port is 123 when not given.</param>
    /// <param name="ours">Our clock.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>Null when the answer is not to be trusted: from an unsynchronised server, or not to our question.</returns>
    public static async Task<TimeSpan?> OffsetAsync(string server, TimeProvider ours, CancellationToken cancel)
    {
        var (host, port) = server.Split(':') is [var name, var number] ? (name, int.Parse(number, System.Globalization.CultureInfo.InvariantCulture)) : (server, 123);
        using UdpClient socket = new();
        socket.Connect(host, port);
        var packet = new byte[PacketBytes];
        packet[0] = 0b_00_100_011; // Version 4, client.
        // A number nobody can guess stands for our time: who cannot see the question cannot answer it (RFC 4330, section 5).
        var cookie = RandomNumberGenerator.GetBytes(8);
        cookie.CopyTo(packet, 40);
        var sent = ours.GetUtcNow();
        var started = Stopwatch.GetTimestamp();
        await socket.SendAsync(packet, cancel);
        var answer = (await socket.ReceiveAsync(cancel)).Buffer;
        var travelled = Stopwatch.GetElapsedTime(started);
        if (answer.Length < PacketBytes || (answer[0] & 0b111) != 4 || !answer.AsSpan(24, 8).SequenceEqual(cookie)) return null;
        var (unsynchronised, stratum) = (answer[0] >> 6 == 3, answer[1]);
        if (unsynchronised || stratum is 0 or > 15) return null;
        // ((t2 − t1) + (t3 − t4)) / 2, with t4 = t1 + what the question took.
        return (Read(answer, 32) - sent + (Read(answer, 40) - (sent + travelled))) / 2;
    }

    static DateTimeOffset Read(byte[] packet, int at)
    {
        var seconds = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(at));
        var fraction = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(at + 4));
        // Seconds of era 1, from 2036 on, have the first bit clear.
        var era = seconds < 0x8000_0000 ? 0x1_0000_0000L : 0L;
        return Era.AddSeconds(seconds + era).AddTicks((long)(fraction / (double)0x1_0000_0000 * TimeSpan.TicksPerSecond));
    }
}
