using System.Security.Cryptography;
using System.Text;
using Doseline.Kernel.Ids;

namespace Doseline.Local.Day;

/// <summary>Request ids of the day: the same step always has the same one, so that a day that was cut off is simply played again.</summary>
/// <param name="seed">Seed of the day's files.</param>
sealed class DayKeys(int seed)
{
    /// <summary>A number from 0 to 1 that is always the same for the same thing: what chance would have made of it.</summary>
    public double Chance(params string[] of) => BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(Of(of)))) / (double)uint.MaxValue;

    /// <summary>The request id of a step.</summary>
    public string Of(params string[] step) => Id.From(["day", seed.ToString(System.Globalization.CultureInfo.InvariantCulture), .. step]);
}
