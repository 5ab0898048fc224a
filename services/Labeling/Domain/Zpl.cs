using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Doseline.Kernel.Rules;
using Doseline.Labeling.Domain.DataMatrix;

namespace Doseline.Labeling.Domain;

/// <summary>Label templates in ZPL II (Zebra programming guide): checked when written, filled without a way to break out of a field.</summary>
public static partial class Zpl
{
    // What draws. Nothing that prints more than one label (^PQ), stores, recalls or changes the printer, and not ^FH, ^CI and ^BX, which are set here.
    static readonly string[] Allowed = ["XA", "XZ", "FO", "FT", "FD", "FS", "FB", "FR", "FW", "FX", "GB", "GC", "GD", "GE", "GS", "CF", "PW", "LL", "LH", "PO", "BY"];

    // Dots a module of the code is drawn with; 5 dots are 0.42 mm at 300 dpi, above the 0.255 mm that GS1 asks of a small label.
    const int DotsPerModule = 5;
    const int LengthMax = 20_000;

    /// <summary>Placeholders of a template in alphabetical order, or every reason why it is not one.</summary>
    public static Decision<string[]> Check(string zpl)
    {
        List<Refusal> refusals = [];
        if (zpl.Length > LengthMax)
            return Refusal.Invalid("zpl", "TEMPLATE_TOO_LONG", $"A template has at most {LengthMax} characters.").With("length", zpl.Length).With("length_max", LengthMax);
        var text = zpl.Trim();
        if (!text.StartsWith("^XA", StringComparison.Ordinal) || !text.EndsWith("^XZ", StringComparison.Ordinal) || Count(text, "^XA") != 1 || Count(text, "^XZ") != 1)
            refusals.Add(Refusal.Invalid("zpl", "TEMPLATE_NOT_ONE_LABEL", "A template is one label: ^XA at the start, ^XZ at the end, each once."));
        if (text.Contains('~', StringComparison.Ordinal))
            refusals.Add(Refusal.Invalid("zpl", "COMMAND_NOT_ALLOWED", "Control commands (~) are not allowed in a template.").With("command", "~"));
        foreach (var command in Command().Matches(text).Select(m => m.Groups["code"].Value).Distinct(StringComparer.Ordinal))
        {
            if (!command.StartsWith('A') && !Allowed.Contains(command, StringComparer.Ordinal))
                refusals.Add(Refusal.Invalid("zpl", "COMMAND_NOT_ALLOWED", $"^{command} is not allowed in a template.").With("command", "^" + command).With("commands_allowed", string.Join(' ', Allowed.Select(a => "^" + a))));
        }

        var outside = Field().Replace(text, "");
        if (outside.Contains('{', StringComparison.Ordinal) || outside.Contains("^FD", StringComparison.Ordinal))
            refusals.Add(Refusal.Invalid("zpl", "PLACEHOLDER_OUTSIDE_FIELD", "Placeholders stand between ^FD and ^FS only, and every ^FD ends with ^FS."));
        var used = Placeholder().Matches(text).Select(m => m.Groups["name"].Value).ToList();
        foreach (var unknown in used.Distinct(StringComparer.Ordinal).Where(n => n != LabelRules.DataMatrix && !LabelRules.Placeholders.Contains(n, StringComparer.Ordinal)))
            refusals.Add(Refusal.Invalid("zpl", "PLACEHOLDER_UNKNOWN", $"There is no {{{unknown}}}.").With("placeholder", unknown).With("placeholders", string.Join(',', LabelRules.Placeholders)));
        foreach (var missing in LabelRules.Needed.Except(used, StringComparer.Ordinal))
            refusals.Add(Refusal.Invalid("zpl", "PLACEHOLDER_MISSING", $"A dose label shows {{{missing}}}.").With("placeholder", missing));
        if (used.Count(n => n == LabelRules.DataMatrix) > 1 || Field().Matches(text).Any(m => m.Groups["data"].Value is var data && data.Contains("{" + LabelRules.DataMatrix + "}", StringComparison.Ordinal) && data != "{" + LabelRules.DataMatrix + "}"))
            refusals.Add(Refusal.Invalid("zpl", "DATA_MATRIX_NOT_ALONE", "A label has one code, alone in its field."));
        return refusals is [] ? used.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray() : refusals;
    }

    /// <summary>Fills a template that <see cref="Check"/> accepted.</summary>
    /// <param name="template">The template.</param>
    /// <param name="fields">Texts by placeholder.</param>
    /// <param name="elementData">Element string for the code.</param>
    public static string Fill(string template, IReadOnlyDictionary<string, string> fields, string elementData)
    {
        // ^CI28: field data is UTF-8.
        var filled = Field().Replace(template.Trim(), match => match.Groups["data"].Value == "{" + LabelRules.DataMatrix + "}"
            ? Code(elementData)
            : "^FH_^FD" + Escape(Placeholder().Replace(match.Groups["data"].Value, name => fields[name.Groups["name"].Value])) + "^FS");
        return "^XA^CI28" + filled["^XA".Length..];
    }

    /// <summary>Field data after <c>^FH_</c>: every byte that ZPL could read as a command, an escape or no ASCII at all is written as its hex code.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b is >= 0x20 and < 0x7F && b is not ((byte)'^' or (byte)'~' or (byte)'_' or (byte)'\\'))
                escaped.Append((char)b);
            else
                escaped.Append('_').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }

        return escaped.ToString();
    }

    // ^BX: normal orientation, quality 200 (ECC 200), columns and rows fixed to the size we draw, '_' as the escape of FNC1 ("_1") and of itself ("__").
    static string Code(string elementData)
    {
        var size = GsDataMatrix.SizeOf(elementData);
        var data = elementData.Replace("_", "__", StringComparison.Ordinal).Replace(ElementString.Separator.ToString(), "_1", StringComparison.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"^BXN,{DotsPerModule},200,{size},{size},6,_^FD_1{data}^FS");
    }

    static int Count(string text, string part) => text.Split(part).Length - 1;

    [GeneratedRegex(@"\^(?<code>A.|[A-Z@][A-Z0-9@])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Command();

    [GeneratedRegex(@"\^FD(?<data>[^\^~]*)\^FS", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Field();

    [GeneratedRegex(@"\{(?<name>[a-z_]*)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
