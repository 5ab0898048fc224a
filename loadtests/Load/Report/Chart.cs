using System.Net;
using System.Text;

namespace Doseline.Load.Report;

/// <summary>A line of a chart.</summary>
sealed record Series(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>A line chart as SVG.</summary>
/// <param name="Title">Title.</param>
/// <param name="XTitle">What runs to the right.</param>
/// <param name="YTitle">What runs upward.</param>
/// <param name="LogY">True for a logarithmic upward axis.</param>
sealed record Chart(string Title, string XTitle, string YTitle, bool LogY)
{
    const int Width = 860, Height = 280, Left = 70, Right = 20, Top = 34, Bottom = 44;
    const int TicksPerAxis = 5;
    static readonly string[] Colours = ["#c2410c", "#1d4ed8", "#15803d", "#7e22ce"];

    public required IReadOnlyList<Series> Series { get; init; }

    public string ToSvg()
    {
        var points = Series.SelectMany(s => s.Points).ToList();
        if (points is []) return "";
        double x0 = points.Min(p => p.X), x1 = Math.Max(points.Max(p => p.X), x0 + 1e-9);
        double y0 = Scale(LogY ? Math.Max(0.01, points.Where(p => p.Y > 0).Select(p => p.Y).DefaultIfEmpty(0.01).Min()) : 0), y1 = Math.Max(Scale(points.Max(p => p.Y)), y0 + 1e-9);
        StringBuilder svg = new(Text.Of($"<svg width=\"{Width}\" height=\"{Height}\" viewBox=\"0 0 {Width} {Height}\" role=\"img\"><text x=\"{Left}\" y=\"20\">{WebUtility.HtmlEncode(Title)}</text>\n"));
        for (var i = 0; i <= TicksPerAxis; i++)
        {
            var (x, y) = (x0 + ((x1 - x0) * i / TicksPerAxis), y0 + ((y1 - y0) * i / TicksPerAxis));
            svg.Append(Text.Of($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(y):0.#}\" y2=\"{Y(y):0.#}\" stroke=\"#dde4ea\"/><text x=\"{Left - 6}\" y=\"{Y(y) + 4:0.#}\" text-anchor=\"end\">{(LogY ? Math.Pow(10, y) : y):G3}</text>"));
            svg.Append(Text.Of($"<text x=\"{X(x):0.#}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{x:G4}</text>\n"));
        }

        svg.Append(Text.Of($"<text x=\"{Width - Right}\" y=\"{Height - 8}\" text-anchor=\"end\">{WebUtility.HtmlEncode(XTitle)}</text><text x=\"8\" y=\"{Top - 2}\">{WebUtility.HtmlEncode(YTitle)}</text>\n"));
        foreach (var (i, series) in Series.Index())
        {
            var path = string.Join(' ', series.Points.Select(p => Text.Of($"{X(p.X):0.#},{Y(Scale(p.Y)):0.#}")));
            svg.Append(Text.Of($"<polyline fill=\"none\" stroke-width=\"1.5\" stroke=\"{Colours[i % Colours.Length]}\" points=\"{path}\"/><text x=\"{Width - Right - 150}\" y=\"{Top + 14 + (i * 16)}\" fill=\"{Colours[i % Colours.Length]}\">{WebUtility.HtmlEncode(series.Name)}</text>\n"));
        }

        return svg.Append("</svg>\n").ToString();

        double X(double value) => Left + ((value - x0) / (x1 - x0) * (Width - Left - Right));
        double Y(double value) => Height - Bottom - ((Math.Clamp(value, y0, y1) - y0) / (y1 - y0) * (Height - Top - Bottom));
        double Scale(double value) => LogY ? Math.Log10(Math.Max(0.01, value)) : value;
    }
}
