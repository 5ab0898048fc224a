using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Doseline.Local.Day.Report;

/// <summary>Writes numbers with twelve significant digits: the last of sixteen depend on the order in which a sum was made.</summary>
sealed class TwelveDigits : JsonConverter<double>
{
    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(double.Parse(value.ToString("G12", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
}
