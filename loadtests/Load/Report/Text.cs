using System.Globalization;

namespace Doseline.Load.Report;

/// <summary>Numbers as every reader writes them.</summary>
static class Text
{
    public static string Of(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    public static string Milliseconds(double value) => value < 10 ? Of($"{value:0.00}") : value < 1000 ? Of($"{value:0.0}") : Of($"{value:0}");

    public static string Mebibytes(long bytes) => Of($"{bytes / 1048576.0:0}");
}
