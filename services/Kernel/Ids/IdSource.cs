namespace Doseline.Kernel.Ids;

/// <summary>Makes identifiers: opaque, globally unique, ordered by time of making, with a check character.</summary>
/// <param name="clock">Gives the 48-bit millisecond prefix.</param>
/// <param name="random">Fills the 80 random bits; a simulation passes a seeded generator so that a run can be repeated.</param>
public sealed class IdSource(TimeProvider clock, Action<Span<byte>> random)
{
    /// <summary>A new identifier; see <see cref="Id"/> for its form.</summary>
    public string New()
    {
        Span<byte> bytes = stackalloc byte[16];
        random(bytes);
        var milliseconds = clock.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 5; i >= 0; i--, milliseconds >>= 8) bytes[i] = (byte)milliseconds;
        return Id.Format(bytes);
    }
}
