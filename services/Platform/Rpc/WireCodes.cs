using System.Collections.Concurrent;
using System.Reflection;
using Google.Protobuf.Reflection;

namespace Doseline.Platform.Rpc;

/// <summary>Names of values of enums as the protos have them.</summary>
public static class WireCodes
{
    static readonly ConcurrentDictionary<Enum, string> Known = new();

    /// <summary>Name of a value without the prefix of its enum, for example <c>LOT_REJECTED</c> of <c>HOLD_CAUSE_LOT_REJECTED</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">This version does not know the value.</exception>
    public static string Code<T>(this T value) where T : struct, Enum => Known.GetOrAdd(value, static one => Read((T)one));

    static string Read<T>(T value) where T : struct, Enum
    {
        var names = Enum.GetValues<T>().ToDictionary(v => v, v => typeof(T).GetField(v.ToString())!.GetCustomAttribute<OriginalNameAttribute>()!.Name);
        if (!names.TryGetValue(value, out var name)) throw new ArgumentOutOfRangeException(nameof(value), value, "No such value.");
        // Every enum begins with its UNSPECIFIED.
        return name[(names[default].Length - "UNSPECIFIED".Length)..];
    }
}
