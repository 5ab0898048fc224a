using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Doseline.Trace;

/// <summary>How the tests of the last run ended.</summary>
/// <param name="Suites">Suites that ran; what is said of a test of another suite cannot be held against this run.</param>
/// <param name="Passed">By the name of a test: whether it passed wherever it ran, on both databases too.</param>
sealed partial record Results(IReadOnlySet<string> Suites, IReadOnlyDictionary<string, bool> Passed)
{
    static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    [GeneratedRegex(@"^(?<not>not )?ok \d+ - (?<title>.+?)( \[[AEP]\d+(, ?[AEP]\d+)*\])?(?<skipped>\s+# (SKIP|TODO).*)?\s*$", RegexOptions.ExplicitCapture)]
    private static partial Regex TapLine { get; }

    /// <summary>Reads the results of a run: <c>Suite.database.trx</c>, and reports of scripts in TAP, <c>suite.log</c>.</summary>
    public static Results Read(string folder)
    {
        HashSet<string> suites = new(StringComparer.Ordinal);
        Dictionary<string, bool> passed = new(StringComparer.Ordinal);
        if (!Directory.Exists(folder)) return new Results(suites, passed);
        foreach (var file in Directory.EnumerateFiles(folder, "*.trx"))
        {
            // Orders.Tests.postgres.trx
            var suite = Path.GetFileNameWithoutExtension(Path.GetFileNameWithoutExtension(file));
            suites.Add(suite);
            foreach (var (test, ok) in OfTrx(XDocument.Load(file))) Add($"{suite}/{test}", ok);
        }

        foreach (var file in Directory.EnumerateFiles(folder, "*.log"))
        {
            var suite = Path.GetFileNameWithoutExtension(file);
            foreach (var match in File.ReadLines(file).Select(line => TapLine.Match(line)).Where(m => m.Success))
            {
                suites.Add(suite);
                Add($"{suite}/{match.Groups["title"].Value}", !match.Groups["not"].Success && !match.Groups["skipped"].Success);
            }
        }

        return new Results(suites, passed);

        void Add(string test, bool ok) => passed[test] = ok && passed.GetValueOrDefault(test, true);
    }

    /// <summary>What the run says against a test; null when it passed, or when its suite was not run.</summary>
    public string? Against(string test)
    {
        if (!Suites.Contains(test[..test.IndexOf('/', StringComparison.Ordinal)])) return null;
        return Passed.TryGetValue(test, out var ok) ? ok ? null : "did not pass" : "did not run";
    }

    static IEnumerable<(string Test, bool Ok)> OfTrx(XDocument document)
    {
        var methods = document.Descendants(Trx + "UnitTest").ToDictionary(t => t.Attribute("id")!.Value, t => NameOf(t.Element(Trx + "TestMethod")!), StringComparer.Ordinal);
        foreach (var result in document.Descendants(Trx + "UnitTestResult"))
            yield return (methods[result.Attribute("testId")!.Value], result.Attribute("outcome")?.Value is "Passed");
    }

    // A theory's name may carry its arguments, and either may carry the namespace.
    static string NameOf(XElement method)
    {
        var type = method.Attribute("className")!.Value;
        var name = method.Attribute("name")!.Value;
        var arguments = name.IndexOf('(', StringComparison.Ordinal);
        name = arguments < 0 ? name : name[..arguments];
        return $"{type[(type.LastIndexOfAny(['.', '+']) + 1)..]}.{name[(name.LastIndexOf('.') + 1)..]}";
    }
}
