using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Doseline.Trace;

/// <summary>A test as it stands in the sources.</summary>
/// <param name="Name"><c>Suite/Class.Method</c>, or the suite and the title of a script's test.</param>
/// <param name="Rows">Rows of the contract that it names.</param>
/// <param name="Clauses">Clauses of law that it, or its class, names.</param>
/// <param name="Skipped">True when the source says that it is not run.</param>
sealed record SourceTest(string Name, IReadOnlyList<string> Rows, IReadOnlyList<string> Clauses, bool Skipped);

/// <summary>The tests in the sources: of .NET suites under <c>tests/*.Tests</c>, and of scripts of Node beside them.</summary>
static partial class TestSources
{
    // A title may be in any of the quotes, and end with the rows it names: test('The board shows … [A044]', …
    [GeneratedRegex("""^\s*test(?<skip>\.(skip|todo))?\((?<quote>['"`])(?<title>.+?)(?<rows> \[[AEP]\d+(, ?[AEP]\d+)*\])?\k<quote>, *(?<options>\{[^}]*\bskip\b)?""", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex ScriptTest { get; }

    [GeneratedRegex(@"^\s*/\*.*?\*/", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex BlockComment { get; }

    [GeneratedRegex(@"[AEP]\d+")]
    private static partial Regex RowId { get; }

    /// <summary>Reads every test.</summary>
    /// <param name="tests">The folder <c>tests</c>.</param>
    public static IReadOnlyList<SourceTest> Read(string tests)
    {
        List<SourceTest> found = [];
        foreach (var suite in Directory.EnumerateDirectories(tests).Order(StringComparer.Ordinal))
        {
            if (suite.EndsWith(".Tests", StringComparison.Ordinal)) found.AddRange(Files(suite, "*.cs").SelectMany(file => OfCode(Path.GetFileName(suite), File.ReadAllText(file))));
            else found.AddRange(Files(suite, "*.mjs").SelectMany(file => OfScript(Path.GetFileName(suite), File.ReadAllText(file))));
        }

        return found;
    }

    /// <summary>The tests in a file of C#.</summary>
    public static IEnumerable<SourceTest> OfCode(string suite, string source) =>
        from method in CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
        let attributes = Attributes(method).ToList()
        let fact = attributes.FirstOrDefault(a => a.Name.ToString() is var kind && (kind is "Theory" or "Property" || kind.EndsWith("Fact", StringComparison.Ordinal)))
        where fact is not null
        let type = (TypeDeclarationSyntax)method.Parent!
        // What the runner does not see is no test.
        where IsRun(type.Modifiers) && IsRun(method.Modifiers)
        select new SourceTest(
            $"{suite}/{type.Identifier.Text}.{method.Identifier.Text}",
            Named(attributes, "Requirement"),
            [.. Named(attributes, "Clause"), .. Named(Attributes(type), "Clause")],
            attributes.SelectMany(a => a.ArgumentList?.Arguments ?? []).Any(a => a.NameEquals?.Name.ToString() is "Skip"));

    /// <summary>The tests in a script of Node.</summary>
    public static IEnumerable<SourceTest> OfScript(string suite, string source) =>
        from match in ScriptTest.Matches(BlockComment.Replace(source, ""))
        select new SourceTest(
            $"{suite}/{match.Groups["title"].Value.Replace("\\'", "'", StringComparison.Ordinal)}",
            [.. RowId.Matches(match.Groups["rows"].Value).Select(m => m.Value)], [],
            match.Groups["skip"].Success || match.Groups["options"].Success);

    static IEnumerable<string> Files(string folder, string pattern) => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories)
        .Where(f => !f.Contains("/node_modules/", StringComparison.Ordinal) && !f.Contains("/obj/", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    static bool IsRun(SyntaxTokenList modifiers) => modifiers.Any(SyntaxKind.PublicKeyword) && !modifiers.Any(SyntaxKind.AbstractKeyword);

    static IEnumerable<AttributeSyntax> Attributes(MemberDeclarationSyntax member) => member.AttributeLists.SelectMany(list => list.Attributes);

    static List<string> Named(IEnumerable<AttributeSyntax> attributes, string name) =>
    [
        .. attributes.Where(a => a.Name.ToString() == name).SelectMany(a => a.ArgumentList?.Arguments ?? [])
            .Select(a => a.Expression).OfType<LiteralExpressionSyntax>().Select(literal => literal.Token.ValueText),
    ];
}
